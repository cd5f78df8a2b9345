export default [
  {
    id: 'H-1',
    run({ parse, format }, { same, random }) {
      const { next, pick } = random(11);
      const text = () => Array.from({ length: next(6) }, () => pick([...'ab &=+%?#é€😀'])).join('');
      for (let i = 0; i < 300; i++) {
        const values = {};
        for (let k = next(5); k > 0; k--) {
          values[text()] = next(2) ? text() : [text(), text()];
        }
        same(parse(format(values)), values, 'the round trip');
      }
    },
  },
  {
    id: 'H-2',
    run({ parse }, { same }) {
      same(parse('toString=1').toString, '1', 'the key toString');
      const values = parse('__proto__=1&__proto__=2');
      same(Object.hasOwn(values, '__proto__'), true, 'an own property __proto__');
      same({}.polluted, undefined, 'the prototype');
    },
  },
  {
    id: 'H-3',
    run({ parse }, { same, fails }) {
      same(parse('??a=b=c'), { '?a': 'b=c' }, 'the first equals sign');
      same(parse('=1'), { '': '1' }, 'an empty key');
      same(parse('a+%E4=b+%zz'), { 'a %E4': 'b %zz' }, 'broken escapes beside plus signs');
      fails(() => parse(null), /./, 'parse(null)', TypeError);
    },
  },
  {
    id: 'H-4',
    run({ format }, { same }) {
      same(format({ a: ['x', undefined, null], c: false }), 'a=x&a=&c=false', 'holes in an array');
      const values = { b: ['2'], a: '1' };
      format(values);
      same(Object.keys(values), ['b', 'a'], 'the input after format');
    },
  },
];
