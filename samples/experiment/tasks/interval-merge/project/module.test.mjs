// The tests that hold today. They must hold tomorrow, too.
import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { covers, gaps, normalize, subtract } from './module.mjs';

const HOUR = 60 * 60 * 1000;
const MIDNIGHT = Date.UTC(2026, 0, 5);

/** The interval between two hours of a day. */
function hours(from, to) {
  return [MIDNIGHT + from * HOUR, MIDNIGHT + to * HOUR];
}

describe('normalize', () => {
  test('no interval', () => {
    deepEqual(normalize([]), []);
  });

  test('one interval', () => {
    deepEqual(normalize([hours(8, 12)]), [hours(8, 12)]);
  });

  test('intervals that are in order and apart', () => {
    deepEqual(normalize([hours(8, 12), hours(13, 17)]), [hours(8, 12), hours(13, 17)]);
  });

  test('two intervals that overlap, in order', () => {
    deepEqual(normalize([hours(8, 12), hours(11, 17)]), [hours(8, 17)]);
  });

  test('a chain of intervals, each overlapping the next', () => {
    deepEqual(normalize([hours(0, 3), hours(2, 5), hours(4, 7), hours(6, 9)]), [hours(0, 9)]);
  });

  test('negative numbers and fractions', () => {
    deepEqual(normalize([[-2.5, -1], [-1.5, 0.25]]), [[-2.5, 0.25]]);
  });

  for (const bad of [undefined, null, 1, 'ab', {}, [], [1], [1, 2, 3]]) {
    test(`${JSON.stringify(bad)} is no interval`, () => {
      throws(() => normalize([bad]), TypeError);
    });
  }
});

describe('subtract', () => {
  test('nothing is taken away', () => {
    deepEqual(subtract([hours(8, 12)], []), [hours(8, 12)]);
  });

  test('nothing is there', () => {
    deepEqual(subtract([], [hours(8, 12)]), []);
  });

  test('a whole interval is taken away', () => {
    deepEqual(subtract([hours(8, 12), hours(13, 17)], [hours(8, 12)]), [hours(13, 17)]);
  });

  test('more than the whole interval is taken away', () => {
    deepEqual(subtract([hours(8, 12)], [hours(0, 24)]), []);
  });

  test('a piece that lies elsewhere', () => {
    deepEqual(subtract([hours(8, 12)], [hours(13, 17)]), [hours(8, 12)]);
  });
});

describe('gaps', () => {
  test('nothing is covered', () => {
    deepEqual(gaps([], hours(0, 24)), [hours(0, 24)]);
  });

  test('all is covered', () => {
    deepEqual(gaps([hours(0, 24)], hours(8, 12)), []);
  });

  test('the limits must be an interval', () => {
    throws(() => gaps([], 5), TypeError);
  });
});

describe('covers', () => {
  const shifts = [hours(8, 12), hours(13, 17)];

  for (const [hour, expected] of [[7, false], [8, true], [10, true], [12.5, false], [13, true], [16, true], [18, false]]) {
    test(`${hour} o'clock is ${expected ? 'covered' : 'not covered'}`, () => {
      equal(covers(shifts, MIDNIGHT + hour * HOUR), expected);
    });
  }

  test('an empty interval covers nothing', () => {
    equal(covers([[5, 5]], 5), false);
  });
});
