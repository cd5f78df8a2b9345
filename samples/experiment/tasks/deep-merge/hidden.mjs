const plain = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

export default [
  {
    id: 'H-1',
    run({ merge, remove }, { same, random }) {
      const { next, pick } = random(43);
      const value = (depth) => {
        const kind = next(depth > 0 ? 7 : 5);
        return kind === 0 ? undefined : kind === 1 ? remove : kind === 2 ? null : kind < 5 ? next(5) : object(depth - 1);
      };
      const object = (depth) => Object.freeze(Object.fromEntries(Array.from({ length: next(4) },
        () => [pick([...'abc']), value(depth)])));
      const model = (target, layer) => {
        for (const [key, v] of Object.entries(layer)) {
          if (v === remove) {
            delete target[key];
          } else if (plain(v)) {
            target[key] = model(plain(target[key]) ? target[key] : {}, v);
          } else if (v !== undefined) {
            target[key] = v;
          }
        }
        return target;
      };
      for (let i = 0; i < 1000; i++) {
        const layers = Array.from({ length: next(4) }, () => object(3));
        const expected = layers.reduce(model, {});
        const result = merge(...layers);
        same(result, expected, 'the result of random layers');
        same(JSON.stringify(result), JSON.stringify(expected), 'the order of keys');
      }
    },
  },
  {
    id: 'H-2',
    run({ merge, remove }, { same, fails }) {
      for (const bad of [[], 1, 'x', new Date(0), new Map(), () => 1]) {
        fails(() => merge({}, bad), /./, 'a layer that is no plain object', TypeError);
      }
      fails(() => merge({ a: [1, remove] }), /./, 'the marker in an array', TypeError);
      fails(() => merge({ a: [{ b: [remove] }] }), /./, 'the marker in an array in depth', TypeError);
      same(merge(), {}, 'no layer');
      same(merge({ a: [undefined] }).a.length, 1, 'undefined in an array');
    },
  },
  {
    id: 'H-3',
    run({ merge }, { same }) {
      const bare = Object.assign(Object.create(null), { a: Object.create(null) });
      const result = merge(bare);
      same(Object.getPrototypeOf(result) === Object.prototype && Object.getPrototypeOf(result.a) === Object.prototype, true,
        'prototypes');
      const parsed = merge(JSON.parse('{ "a": [{ "__proto__": { "x": 1 }, "b": 1 }], "c": { "__proto__": 1 } }'));
      same(JSON.stringify(parsed), '{"a":[{"b":1}],"c":{}}', 'the key __proto__ in depth');
      same(merge({}, { toString: { a: 1 } }), { toString: { a: 1 } }, 'the key toString');
      same(merge(Object.create({ inherited: 1 }, {}) && {}, { [Symbol('s')]: 1 }), {}, 'symbols');
      class Point {}
      const point = new Point();
      same(merge({ p: { x: 1 } }, { p: point }).p === point, true, 'an instance of a class');
      same(merge({ p: point }, { p: { x: 1 } }).p === point, false, 'a plain object over an instance');
      same(Object.keys(point), [], 'the instance');
    },
  },
];
