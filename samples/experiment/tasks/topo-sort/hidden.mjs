export default [
  {
    id: 'H-1',
    run({ order, levels }, { same, random }) {
      const { next, pick } = random(47);
      for (let i = 0; i < 400; i++) {
        const names = [...'hgfedcba'].slice(next(6));
        const steps = {};
        names.forEach((name, at) => {
          steps[name] = Array.from({ length: at === 0 ? 0 : next(4) }, () => pick(names.slice(0, at)));
        });
        const before = JSON.stringify(steps);
        const expected = [];
        while (expected.length < names.length) {
          expected.push(names.filter((n) => !expected.includes(n)
            && steps[n].every((need) => expected.includes(need))).sort()[0]);
        }
        same(order(steps), expected, `order(${before})`);
        const level = (name) => Math.max(-1, ...steps[name].map(level)) + 1;
        const groups = [];
        [...names].sort().forEach((name) => (groups[level(name)] ??= []).push(name));
        same(levels(steps), groups, `levels(${before})`);
        same(JSON.stringify(steps), before, 'the plan');
      }
    },
  },
  {
    id: 'H-2',
    run({ order, levels, CycleError }, { same, random }) {
      const { next, pick } = random(53);
      const names = [...'abcdef'];
      let cycles = 0;
      for (let i = 0; i < 400; i++) {
        const steps = Object.fromEntries(names.map((name) => [name, Array.from({ length: next(3) }, () => pick(names))]));
        for (const call of [order, levels]) {
          try {
            call(steps);
          } catch (error) {
            same(error instanceof CycleError, true, 'the error is a CycleError');
            const { cycle } = error;
            cycle.forEach((name, at) => {
              const needed = cycle[(at + 1) % cycle.length];
              same(steps[name].includes(needed), true, `${name} needs ${needed} in ${JSON.stringify(steps)}`);
            });
            same(cycle[0], [...cycle].sort()[0], 'the first of the cycle');
            same(new Set(cycle).size, cycle.length, 'the number of different names');
            cycles++;
          }
        }
      }
      same(cycles > 100, true, 'enough cycles were found');
    },
  },
  {
    id: 'H-3',
    run({ order, levels, CycleError }, { same, fails }) {
      same(order({ toString: ['constructor'], constructor: [], '': [] }), ['', 'constructor', 'toString'], 'unusual names');
      fails(() => order({ a: ['toString'] }), /"toString"/, 'a need that only objects have');
      fails(() => levels({ b: ['x'], a: ['z', 'y'], c: ['c'] }), /"a".*"y"|"y".*"a"/, 'the first missing need');
      fails(() => order({ a: 'b', b: [] }), /./, 'needs that are no list', TypeError);
      const ring = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`s${i}`, [`s${(i + 1) % 20_000}`]]));
      fails(() => levels(ring), /./, 'a long cycle', CycleError);
      same(order({ a: ['b', 'b'], b: [] }), ['b', 'a'], 'a need that is listed twice');
    },
  },
];
