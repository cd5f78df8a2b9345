export default [
  {
    id: 'AC-1',
    run({ distance }, { same }) {
      same(distance('kitten', 'sitting'), 3, 'distance(kitten, sitting)');
      same(distance('', 'abc'), 3, 'the empty text');
      same(distance('ab', 'ba'), 2, 'two neighbours that changed places');
      same(distance('😀', '😃'), 1, 'two emoji');
    },
  },
  {
    id: 'AC-2',
    run({ distance }, { same, fails }) {
      same(distance('kitten', 'sitting', 3), 3, 'at the bound');
      same(distance('kitten', 'sitting', 2), Infinity, 'beyond the bound');
      same(distance('same', 'same', 0), 0, 'equal texts with the bound 0');
      same(distance('same', 'some', 0), Infinity, 'different texts with the bound 0');
      fails(() => distance('a', 'b', -1), /bound/i, 'a negative bound', RangeError);
    },
  },
  {
    id: 'AC-3',
    run({ distance }, { same, cpuMs }) {
      const a = 'abcdefghij'.repeat(250);
      const started = cpuMs();
      same(distance(a, `${a.slice(0, 1200)}X${a.slice(1201)}`, 3), 1, 'long texts with one replaced character');
      same(distance(a, 'klmnopqrst'.repeat(250), 3), Infinity, 'long texts without anything in common');
      const took = cpuMs() - started;
      if (took > 1000) {
        throw new Error(`Two comparisons of long texts with a small bound took ${Math.round(took)} ms.`);
      }
    },
  },
  {
    id: 'AC-4',
    run({ closest }, { same }) {
      same(closest('stauts', ['start', 'status', 'stats']), 'stats', 'the nearest word');
      same(closest('cat', ['bat', 'hat', 'rat']), 'bat', 'the first among equals');
      same(closest('xyz', ['start', 'status'], 2), undefined, 'no word near enough');
    },
  },
];
