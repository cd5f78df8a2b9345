export default [
  {
    id: 'H-1',
    run({ Cache }, { same, random }) {
      const { next, pick } = random(17);
      for (let round = 0; round < 60; round++) {
        let time = 0;
        const capacity = 1 + next(4);
        const cache = new Cache({ capacity, ttl: 20, now: () => time });
        let model = [];
        for (let step = 0; step < 60; step++) {
          time += next(6);
          model = model.filter((entry) => time < entry.end);
          const key = pick([...'abcdef']);
          const known = model.find((entry) => entry.key === key);
          const act = next(5);
          if (act < 2) {
            const ttl = pick([undefined, 7]);
            cache.set(key, step, { ttl });
            model = model.filter((entry) => entry !== known);
            if (model.length === capacity) {
              model.shift();
            }
            model.push({ key, value: step, end: time + (ttl ?? 20) });
          } else if (act === 2) {
            same(cache.get(key), known?.value, `get(${key})`);
            if (known !== undefined) {
              model = [...model.filter((entry) => entry !== known), known];
            }
          } else if (act === 3) {
            same(cache.has(key), known !== undefined, `has(${key})`);
          } else {
            same(cache.delete(key), known !== undefined, `delete(${key})`);
            model = model.filter((entry) => entry !== known);
          }
          same(cache.keys(), model.map((entry) => entry.key), 'the keys');
          same(cache.size, model.length, 'the size');
        }
      }
    },
  },
  {
    id: 'H-2',
    run({ Cache }, { same, fails }) {
      fails(() => new Cache({ ttl: 0 }), /ttl/, 'a ttl of 0', RangeError);
      fails(() => new Cache({ capacity: 1.5 }), /capacity/, 'a capacity of 1.5', RangeError);
      const cache = new Cache({ capacity: 1 });
      cache.set('a', 1);
      fails(() => cache.set('b', 2, { ttl: NaN }), /ttl/, 'NaN as ttl', RangeError);
      same(cache.keys(), ['a'], 'the keys after a bad set');
    },
  },
  {
    id: 'H-3',
    run({ Cache }, { same }) {
      let time = 0;
      const cache = new Cache({ capacity: 3, ttl: 10, now: () => time });
      cache.set('a', 1).set('b', 2).set('c', 3);
      time = 10;
      same(cache.delete('a'), false, 'delete of an expired entry');
      same(cache.keys(), [], 'the keys when all are expired');
      same(cache.size, 0, 'the size when all are expired');
      same(cache.stats(), { hits: 0, misses: 0, evictions: 0, expiries: 3 }, 'each expiry once');
    },
  },
];
