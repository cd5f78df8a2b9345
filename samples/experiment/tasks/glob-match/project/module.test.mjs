// The tests that hold today. They must hold tomorrow, too.
import { equal, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compile, match } from './module.mjs';

const rows = [
  // Characters that stand for themselves.
  ['a', 'a', true],
  ['a', 'b', false],
  ['a', 'A', false],
  ['abc', 'ab', false],
  ['ab', 'abc', false],
  ['src/a', 'src/a', true],
  ['src/a', 'src/b', false],
  ['src/a', 'a', false],
  ['a b', 'a b', true],
  ['a-b_c', 'a-b_c', true],
  ['ä', 'ä', true],
  // A question mark is one character.
  ['?', 'a', true],
  ['?', '', false],
  ['?', 'ab', false],
  ['?', '😀', true],
  ['a?', 'ab', true],
  ['a?', 'a', false],
  ['??', 'ab', true],
  ['src/?', 'src/a', true],
  // A star is any number of characters.
  ['*', 'a', true],
  ['*', 'abc', true],
  ['*', '', true],
  ['a*', 'a', true],
  ['a*', 'abc', true],
  ['a*', 'ba', false],
  ['*a', 'cba', true],
  ['*a', 'ab', false],
  ['a*c', 'ac', true],
  ['a*c', 'abbc', true],
  ['a*c', 'acb', false],
  ['a*b*c', 'a1b2c', true],
  ['a*b*c', 'a1c2b', false],
  ['src/*', 'src/a', true],
  ['src/*', 'lib/a', false],
  ['*/a', 'src/a', true],
  ['*/*', 'src/a', true],
  ['*/*', 'a', false],
  ['*?', 'a', true],
  ['*?', '', false],
];

describe('match', () => {
  for (const [pattern, path, expected] of rows) {
    test(`${pattern} ${expected ? 'matches' : 'does not match'} "${path}"`, () => {
      equal(match(pattern, path), expected);
    });
  }

  test('the second call gives the same answer', () => {
    equal(match('x*', 'xy'), true);
    equal(match('x*', 'xy'), true);
    equal(match('x*', 'y'), false);
  });

  test('many patterns may be kept at once', () => {
    for (let i = 0; i < 500; i++) {
      equal(match(`p${i}*`, `p${i}x`), true);
    }
    equal(match('p0*', 'p0x'), true);
  });
});

describe('compile', () => {
  test('a compiled pattern can be asked many times', () => {
    const test_ = compile('src/*');
    equal(['src/a', 'lib/a', 'src/b'].filter(test_).join(), 'src/a,src/b');
  });

  test('the empty pattern and values that are no texts are errors', () => {
    for (const pattern of ['', undefined, null, 1, /a/]) {
      throws(() => compile(pattern), TypeError);
    }
  });
});
