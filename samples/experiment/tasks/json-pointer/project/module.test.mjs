// The tests that hold today. They must hold tomorrow, too.
import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { format, get, removeAt, set } from './module.mjs';

/** A policy as it is stored; each test gets its own one. */
function policy() {
  return {
    name: 'default',
    gate: {
      mode: 'closed',
      timeoutSeconds: 30,
      reviewers: ['security', 'style'],
    },
    limits: { rounds: 4, costCapUsd: 2, warnAt: [0.5, 0.8] },
    pairs: [
      { initiator: 'builder', responder: 'verifier', enabled: true },
      { initiator: 'writer', responder: 'editor', enabled: false },
    ],
    notes: null,
    '': 'a key without characters',
  };
}

describe('get', () => {
  const rows = [
    ['/name', 'default'],
    ['/gate/mode', 'closed'],
    ['/gate/timeoutSeconds', 30],
    ['/gate/reviewers', ['security', 'style']],
    ['/gate/reviewers/0', 'security'],
    ['/limits/warnAt/1', 0.8],
    ['/pairs/0/initiator', 'builder'],
    ['/pairs/1/enabled', false],
    ['/notes', null],
    ['/', 'a key without characters'],
    ['/nothing', undefined],
    ['/gate/nothing', undefined],
    ['/gate/nothing/at/all', undefined],
    ['/pairs/2', undefined],
    ['/notes/x', undefined],
    ['/name/x', undefined],
  ];

  for (const [pointer, expected] of rows) {
    test(`${pointer} leads to ${JSON.stringify(expected)}`, () => {
      deepEqual(get(policy(), pointer), expected);
    });
  }

  test('the empty pointer leads to the whole document', () => {
    deepEqual(get(policy(), ''), policy());
    equal(get(7, ''), 7);
  });
});

describe('set', () => {
  test('a key gets a new value', () => {
    equal(set(policy(), '/gate/mode', 'open').gate.mode, 'open');
  });

  test('a new key goes to the end', () => {
    deepEqual(Object.keys(set(policy(), '/limits/ttl', 'PT1H').limits), ['rounds', 'costCapUsd', 'warnAt', 'ttl']);
  });

  test('an element gets a new value', () => {
    deepEqual(set(policy(), '/gate/reviewers/1', 'tests').gate.reviewers, ['security', 'tests']);
  });

  test('the index behind the last element appends', () => {
    deepEqual(set(policy(), '/gate/reviewers/2', 'tests').gate.reviewers, ['security', 'style', 'tests']);
  });

  test('a value may be an object', () => {
    deepEqual(set(policy(), '/gate', { mode: 'open' }).gate, { mode: 'open' });
  });
});

describe('removeAt', () => {
  test('a key goes, and the others stay', () => {
    deepEqual(removeAt(policy(), '/limits/rounds').limits, { costCapUsd: 2, warnAt: [0.5, 0.8] });
  });

  test('a key that is not there', () => {
    deepEqual(removeAt(policy(), '/limits/nothing'), policy());
  });
});

describe('format', () => {
  test('tokens are joined', () => {
    equal(format(['gate', 'reviewers', '0']), '/gate/reviewers/0');
    equal(format(['']), '/');
    equal(format([]), '');
  });
});
