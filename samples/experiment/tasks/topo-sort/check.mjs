export default [
  {
    id: 'AC-1',
    run({ order }, { same }) {
      same(order({ b: [], a: [], c: ['a'] }), ['a', 'b', 'c'], 'ties');
      same(order({ app: ['lib'], lib: [], docs: ['app'] }), ['lib', 'app', 'docs'], 'a chain');
      same(order({ z: [], a: ['z'], b: [] }), ['b', 'z', 'a'], 'the smallest name that is ready');
    },
  },
  {
    id: 'AC-2',
    run({ order, CycleError }, { same, fails }) {
      fails(() => order({ a: ['b'], b: ['a'] }), /./, 'a cycle of two', CycleError);
      try {
        order({ x: ['b'], c: ['b'], b: ['c'] });
      } catch (error) {
        same(error.cycle, ['b', 'c'], 'the cycle without the step that waits for it');
      }
    },
  },
  {
    id: 'AC-3',
    run({ levels }, { same }) {
      const plan = { a: [], b: ['a'], c: ['a'], d: ['b', 'c'], e: [] };
      same(levels(plan), [['a', 'e'], ['b', 'c'], ['d']], 'the groups');
    },
  },
  {
    id: 'AC-4',
    run({ order, CycleError }, { same, fails }) {
      fails(() => order({ app: ['lib'] }), /"app".*"lib"|"lib".*"app"/, 'a need that does not exist');
      try {
        order({ app: ['lib'] });
      } catch (error) {
        same(error instanceof CycleError, false, 'the error is a CycleError');
      }
    },
  },
  {
    id: 'AC-5',
    run({ order }, { same }) {
      const steps = Object.fromEntries(Array.from({ length: 20_000 },
        (_, i) => [`s${i}`, i === 0 ? [] : [`s${i - 1}`]]).reverse());
      same(order(steps).at(-1), 's19999', 'the last step of a long chain');
    },
  },
];
