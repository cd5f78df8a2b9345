export default [
  {
    id: 'AC-1',
    run({ merge }, { same }) {
      same(merge({ a: { x: 1, y: 2 }, b: 1 }, { a: { y: 3 } }, { b: null }), { a: { x: 1, y: 3 }, b: null }, 'three layers');
      same(merge(undefined, { a: 1 }, null), { a: 1 }, 'layers that are missing');
    },
  },
  {
    id: 'AC-2',
    run({ merge }, { same }) {
      const first = { a: { x: 1 } };
      const second = { b: { list: [{ y: 1 }] } };
      const result = merge(first, second);
      result.a.x = 9;
      result.b.list[0].y = 9;
      same([first, second], [{ a: { x: 1 } }, { b: { list: [{ y: 1 }] } }], 'the layers after a change of the result');
    },
  },
  {
    id: 'AC-3',
    run({ merge }, { same }) {
      same(merge({ list: [1, 2, 3], a: 1 }, { list: [4], a: undefined }), { list: [4], a: 1 }, 'an array and undefined');
      const date = new Date(0);
      same(merge({ at: { x: 1 } }, { at: date }).at === date, true, 'a date is taken over');
    },
  },
  {
    id: 'AC-4',
    run({ merge, remove }, { same }) {
      same(merge({ a: 1, b: { c: 1, d: 2 } }, { a: remove, b: { c: remove } }), { b: { d: 2 } }, 'the marker');
      same(merge({ a: { x: 1 } }, { a: remove }, { a: { y: 2 } }), { a: { y: 2 } }, 'a key that is set again');
    },
  },
  {
    id: 'AC-5',
    run({ merge }, { same }) {
      const result = merge({}, JSON.parse('{ "__proto__": { "admin": true }, "constructor": { "prototype": { "x": 1 } } }'));
      same([{}.admin, {}.x, result.admin], [undefined, undefined, undefined], 'inherited keys');
      same(Object.keys(result), ['constructor'], 'the keys of the result');
    },
  },
];
