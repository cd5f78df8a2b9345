export default [
  {
    id: 'AC-1',
    run({ get, format }, { same }) {
      const doc = { a: { 'b/c': [1, 2], '~1': 3 }, '': 0 };
      same([get(doc, '/a/b~1c/1'), get(doc, '/a/~01'), get(doc, '/')], [2, 3, 0], 'values');
      same(get(doc, '') === doc, true, 'the whole document');
      same(format(['a/b', '~', 0]), '/a~1b/~0/0', 'format');
    },
  },
  {
    id: 'AC-2',
    run({ get }, { same }) {
      const doc = { a: 'text', n: null };
      const found = ['/x', '/x/y', '/a/0', '/a/length', '/n/x', '/toString', '/__proto__'].map((pointer) => get(doc, pointer));
      same(found, new Array(7).fill(undefined), 'what is not there');
    },
  },
  {
    id: 'AC-3',
    run({ set }, { same, fails }) {
      const doc = { a: { b: 1 }, c: {} };
      const next = set(doc, '/a/b', 2);
      same([doc, next], [{ a: { b: 1 }, c: {} }, { a: { b: 2 }, c: {} }], 'both documents');
      same(next.c === doc.c, true, 'the rest is shared');
      fails(() => set(doc, '/a/x/y', 1), /\/a\/x/, 'a step that leads nowhere', RangeError);
    },
  },
  {
    id: 'AC-4',
    run({ get, set }, { same, fails }) {
      const doc = { list: [1, 2] };
      same(['0', '1', '2', '01', '-'].map((index) => get(doc, `/list/${index}`)), [1, 2, undefined, undefined, undefined], 'get');
      same([set(doc, '/list/-', 3), set(doc, '/list/2', 3), set(doc, '/list/0', 3)].map((d) => d.list),
        [[1, 2, 3], [1, 2, 3], [3, 2]], 'set');
      fails(() => set(doc, '/list/3', 1), /\/list\/3/, 'an index behind the end', RangeError);
    },
  },
  {
    id: 'AC-5',
    run({ removeAt }, { same }) {
      const doc = { a: { b: 1, c: 2 }, list: [1, 2, 3] };
      same(removeAt(doc, '/a/b'), { a: { c: 2 }, list: [1, 2, 3] }, 'a key');
      same(removeAt(doc, '/list/0'), { a: { b: 1, c: 2 }, list: [2, 3] }, 'an element');
      same(removeAt(doc, '/x/y') === doc, true, 'a pointer that leads nowhere');
    },
  },
  {
    id: 'AC-6',
    run({ get, set }, { fails }) {
      for (const pointer of ['a', '/a~', '/a~2b']) {
        fails(() => get({ a: 1 }, pointer), /./, `get with ${pointer}`, SyntaxError);
        fails(() => set({ a: 1 }, pointer, 1), /./, `set with ${pointer}`, SyntaxError);
      }
    },
  },
];
