export default [
  {
    id: 'AC-1',
    run({ Cache }, { same }) {
      const cache = new Cache({ capacity: 2 });
      cache.set('a', 1).set('b', 2);
      same(cache.get('a'), 1, 'get(a)');
      cache.set('c', 3);
      same(cache.keys(), ['a', 'c'], 'the keys after an eviction');
    },
  },
  {
    id: 'AC-2',
    run({ Cache }, { same }) {
      let time = 0;
      const cache = new Cache({ ttl: 100, now: () => time });
      cache.set('a', 1).set('b', 2, { ttl: 200 });
      time = 99;
      same(cache.get('a'), 1, 'a before its end');
      time = 100;
      same([cache.get('a'), cache.has('a'), cache.has('b')], [undefined, false, true], 'at the end of a');
      same(cache.size, 1, 'the size at the end of a');
    },
  },
  {
    id: 'AC-3',
    run({ Cache }, { same }) {
      let time = 0;
      const cache = new Cache({ capacity: 2, ttl: 100, now: () => time });
      cache.set('a', 1).set('b', 2);
      time = 50;
      cache.set('a', 3);
      same(cache.keys(), ['b', 'a'], 'the keys after a second set of a');
      time = 120;
      same([cache.get('a'), cache.get('b')], [3, undefined], 'a lives on, b does not');
    },
  },
  {
    id: 'AC-4',
    run({ Cache }, { same }) {
      let time = 0;
      const cache = new Cache({ capacity: 1, ttl: 10, now: () => time });
      cache.set('a', undefined);
      cache.get('a');
      cache.get('x');
      cache.set('b', 1);
      time = 10;
      cache.get('b');
      same(cache.stats(), { hits: 1, misses: 2, evictions: 1, expiries: 1 }, 'the counters');
    },
  },
  {
    id: 'AC-5',
    run({ Cache }, { same }) {
      let time = 0;
      const cache = new Cache({ capacity: 2, now: () => time });
      cache.set('old', 1).set('short', 2, { ttl: 5 });
      time = 5;
      cache.set('new', 3);
      same(cache.keys(), ['old', 'new'], 'the expired entry goes first');
      same(cache.stats().evictions, 0, 'evictions');
    },
  },
];
