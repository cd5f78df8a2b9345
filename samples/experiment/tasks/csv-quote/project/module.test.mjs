// The tests that hold today. They must hold tomorrow, too.
import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatCsv, parseCsv } from './module.mjs';

describe('parseCsv', () => {
  const files = [
    ['the empty file', '', []],
    ['one field', 'a', [['a']]],
    ['two fields', 'a,b', [['a', 'b']]],
    ['two rows', 'a,b\nc,d', [['a', 'b'], ['c', 'd']]],
    ['a line feed at the end', 'a,b\nc,d\n', [['a', 'b'], ['c', 'd']]],
    ['rows of different lengths', 'a\nb,c\nd,e,f\n', [['a'], ['b', 'c'], ['d', 'e', 'f']]],
    ['empty fields in the middle', 'a,,b', [['a', '', 'b']]],
    ['an empty field at the beginning', ',a', [['', 'a']]],
    ['empty lines', 'a\n\n\nb\n', [['a'], ['b']]],
    ['blanks are part of a field', ' a , b ', [[' a ', ' b ']]],
    ['a tab is part of a field', 'a\tb,c', [['a\tb', 'c']]],
    ['numbers stay texts', '1,02,3.0', [['1', '02', '3.0']]],
    ['other scripts', 'ä,€,😀', [['ä', '€', '😀']]],
    ['a byte order mark', '\uFEFFa,b', [['a', 'b']]],
    ['a quote in the middle of a field', '5" pipe,x', [['5" pipe', 'x']]],
  ];

  for (const [name, text, rows] of files) {
    test(name, () => {
      deepEqual(parseCsv(text), rows);
    });
  }

  for (const delimiter of [';', '\t', '|', ' ']) {
    test(`the delimiter ${JSON.stringify(delimiter)}`, () => {
      deepEqual(parseCsv(`a${delimiter}b,c`, { delimiter }), [['a', 'b,c']]);
    });
  }
});

describe('formatCsv', () => {
  test('no rows', () => {
    equal(formatCsv([]), '');
  });

  test('rows end with CR LF', () => {
    equal(formatCsv([['a', 'b'], ['c', 'd']]), 'a,b\r\nc,d\r\n');
  });

  test('null and undefined are empty fields', () => {
    equal(formatCsv([['a', null, undefined, 'b']]), 'a,,,b\r\n');
  });

  test('values are written as String writes them', () => {
    equal(formatCsv([[1, 0, -2.5, true, false]]), '1,0,-2.5,true,false\r\n');
  });

  test('blanks need no quotes', () => {
    equal(formatCsv([[' a ', 'b c']]), ' a ,b c\r\n');
  });

  test('rows stay as they are', () => {
    const rows = Object.freeze([Object.freeze(['a', null])]);
    equal(formatCsv(rows), 'a,\r\n');
  });
});

describe('the delimiter', () => {
  for (const delimiter of ['', ',,', '"', '\n', '\r', 1]) {
    test(`${JSON.stringify(delimiter)} is an error in both directions`, () => {
      throws(() => parseCsv('a', { delimiter }), RangeError);
      throws(() => formatCsv([['a']], { delimiter }), RangeError);
    });
  }
});
