export default [
  {
    id: 'AC-1',
    run({ parse }, { same }) {
      same(parse('?a=1&b=2'), { a: '1', b: '2' }, 'parse(?a=1&b=2)');
      same(parse('tag=x&tag=y&tag=z'), { tag: ['x', 'y', 'z'] }, 'a key that comes three times');
    },
  },
  {
    id: 'AC-2',
    run({ parse }, { same }) {
      same(parse('q=red+shoes'), { q: 'red shoes' }, 'a plus sign');
      same(parse('q=1%2B1'), { q: '1+1' }, 'an escaped plus sign');
      same(parse('rate=100%'), { rate: '100%' }, 'a broken escape');
    },
  },
  {
    id: 'AC-3',
    run({ parse }, { same }) {
      same(parse('debug'), { debug: '' }, 'a key without an equals sign');
      same(parse('a=1&&b=2&'), { a: '1', b: '2' }, 'empty parts');
      same(parse(''), {}, 'the empty text');
    },
  },
  {
    id: 'AC-4',
    run({ format }, { same }) {
      same(format({ b: 2, a: 'x y' }), 'a=x%20y&b=2', 'keys in order');
      same(format({ tag: ['x', 'y'], n: [] }), 'tag=x&tag=y', 'arrays');
      same(format({ a: undefined, b: null }), 'b=', 'undefined and null');
    },
  },
];
