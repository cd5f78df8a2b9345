// The tests that hold today. They must hold tomorrow, too.
import { equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { escapeHtml, render } from './module.mjs';

describe('text', () => {
  const texts = ['', 'no tag at all', 'two\nlines\n', 'a { b } c', 'a } b', '}}', 'signs: $& $1 \\ % <b> & "x"', 'ä 😀 €'];

  for (const text of texts) {
    test(`${JSON.stringify(text)} is printed as it is`, () => {
      equal(render(text, {}), text);
    });
  }

  test('text around tags is kept with its blanks', () => {
    equal(render(' {{a}}  {{b}} \n', { a: 'x', b: 'y' }), ' x  y \n');
  });
});

describe('names', () => {
  test('blanks in a tag do not count', () => {
    equal(render('{{a}}{{ a }}{{  a}}{{a  }}', { a: 'x' }), 'xxxx');
  });

  test('names are told apart by case', () => {
    equal(render('{{name}} {{Name}}', { name: 'x', Name: 'y' }), 'x y');
  });

  test('names may hold digits, underscores and hyphens', () => {
    equal(render('{{a_1}}{{b-2}}{{3}}', { a_1: 'x', 'b-2': 'y', 3: 'z' }), 'xyz');
  });

  test('one name may come several times', () => {
    equal(render('{{a}} and {{a}}', { a: 'x' }), 'x and x');
  });
});

describe('values', () => {
  const rows = [
    ['a text', 'a text'],
    ['', ''],
    [7, '7'],
    [0, '0'],
    [-1.5, '-1.5'],
    [true, 'true'],
    [false, 'false'],
    [12n, '12'],
    [[1, 2], '1,2'],
  ];

  for (const [value, text] of rows) {
    test(`${typeof value} ${String(value)} prints ${JSON.stringify(text)}`, () => {
      equal(render('{{value}}', { value }), text);
    });
  }

  test('a value that looks like a tag is not filled again', () => {
    equal(render('{{a}}', { a: '{{b}}', b: 'x' }), '{{b}}');
  });

  test('signs that mean something to replace are printed', () => {
    equal(render('{{a}}', { a: '$1 $$' }), '$1 $$');
  });

  test('data stay as they are', () => {
    const data = Object.freeze({ a: Object.freeze([1, 2]) });
    equal(render('{{a}}', data), '1,2');
  });
});

describe('escapeHtml', () => {
  test('pointed brackets are replaced', () => {
    equal(escapeHtml('1 < 2 > 0'), '1 &lt; 2 &gt; 0');
  });

  test('other signs stay', () => {
    equal(escapeHtml('a/b = c; d: {e} ä 😀'), 'a/b = c; d: {e} ä 😀');
  });

  test('the empty text', () => {
    equal(escapeHtml(''), '');
  });
});
