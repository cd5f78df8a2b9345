// The tests that hold today. They must hold tomorrow, too.
import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compare, maxSatisfying, parse, satisfies } from './module.mjs';

describe('parse', () => {
  test('a version without a pre-release has an empty list', () => {
    deepEqual(parse('1.2.3').prerelease, []);
  });

  test('metadata are dropped', () => {
    deepEqual(parse('1.2.3+build.7'), parse('1.2.3'));
  });

  test('a pre-release may hold hyphens', () => {
    deepEqual(parse('1.2.3-rc-a.b').prerelease, ['rc-a', 'b']);
  });

  for (const text of ['', '1', '1.2', '1.2.3.4', 'v1.2.3', ' 1.2.3', '1.2.3 ', '1.2.x', '-1.2.3', '1.2.3-', '1.2.3+', 'latest']) {
    test(`"${text}" is not a version`, () => {
      throws(() => parse(text), SyntaxError);
    });
  }
});

describe('compare', () => {
  // Each list is in order. Numbers have one digit here; larger ones are compared wrongly so far (see CONTRACT.md).
  const lists = [
    ['0.0.1', '0.0.2', '0.1.0', '0.1.1', '1.0.0', '1.0.1', '1.1.0', '2.0.0'],
    ['1.0.0-alpha', '1.0.0-beta', '1.0.0-rc'],
    ['1.0.0-a.a', '1.0.0-a.b', '1.0.0-b.a'],
  ];

  for (const list of lists) {
    test(`${list.at(0)} to ${list.at(-1)}`, () => {
      list.forEach((left, i) => list.forEach((right, j) => {
        equal(compare(left, right), Math.sign(i - j), `${left} and ${right}`);
      }));
    });
  }

  test('metadata have no part in it', () => {
    equal(compare('1.0.0+a', '1.0.0+b'), 0);
  });

  test('a text that is no version is an error on both sides', () => {
    throws(() => compare('1.0.0', 'one'), SyntaxError);
    throws(() => compare('one', '1.0.0'), SyntaxError);
  });
});

describe('satisfies', () => {
  test('an exact version is a range', () => {
    equal(satisfies('1.2.3', '1.2.3'), true);
    equal(satisfies('1.2.4', '1.2.3'), false);
  });

  test('blanks around a range do not count', () => {
    equal(satisfies('1.2.3', '  1.2.3 '), true);
  });

  test('a pre-release satisfies itself', () => {
    equal(satisfies('1.2.3-rc', '1.2.3-rc'), true);
    equal(satisfies('1.2.3', '1.2.3-rc'), false);
  });

  test('a range that cannot be read is an error', () => {
    throws(() => satisfies('1.2.3', 'latest'), SyntaxError);
  });
});

describe('maxSatisfying', () => {
  test('the only version that fits', () => {
    equal(maxSatisfying(['1.0.0', '1.2.3', '2.0.0'], '1.2.3'), '1.2.3');
  });

  test('no version fits', () => {
    equal(maxSatisfying(['1.0.0', '2.0.0'], '1.2.3'), undefined);
    equal(maxSatisfying([], '1.2.3'), undefined);
  });

  test('the list stays as it is', () => {
    const versions = ['2.0.0', '1.0.0'];
    maxSatisfying(versions, '1.0.0');
    deepEqual(versions, ['2.0.0', '1.0.0']);
  });
});
