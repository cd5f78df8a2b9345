function freeze(value) {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(freeze);
  }
  return Object.freeze(value);
}

export default [
  {
    id: 'H-1',
    run({ get, set, removeAt, format }, { same, random }) {
      const { next, pick } = random(73);
      const keys = ['a', 'b', '', '~', '/', '~1', '0', 'x/y'];
      const make = (depth) => {
        const kind = next(depth > 0 ? 4 : 2);
        if (kind < 2) {
          return next(9);
        }
        const children = Array.from({ length: next(4) }, () => make(depth - 1));
        return kind === 2 ? children : Object.fromEntries(children.map((child) => [pick(keys), child]));
      };
      const walk = (value, path, visit) => {
        visit(path, value);
        if (typeof value === 'object') {
          Object.keys(value).forEach((key) => walk(value[key], [...path, key], visit));
        }
      };
      for (let i = 0; i < 300; i++) {
        const doc = freeze({ root: make(3) });
        const before = JSON.stringify(doc);
        walk(doc, [], (path, value) => {
          const pointer = format(path);
          same(get(doc, pointer), value, `get of ${pointer}`);
          if (path.length === 0) {
            return;
          }
          const replaced = set(doc, pointer, 'new');
          same(get(replaced, pointer), 'new', `get after set of ${pointer}`);
          same(JSON.stringify(set(replaced, pointer, value)), before, `set of ${pointer} and back`);
          const parent = get(removeAt(doc, pointer), format(path.slice(0, -1)));
          const old = get(doc, format(path.slice(0, -1)));
          same(Object.keys(parent).length, Object.keys(old).length - 1, `the number of keys after removeAt of ${pointer}`);
        });
        same(JSON.stringify(doc), before, 'the document');
      }
    },
  },
  {
    id: 'H-2',
    run({ get, set, removeAt }, { same, fails }) {
      const next = set({}, '/__proto__', { admin: true });
      same([Object.hasOwn(next, '__proto__'), next.admin, {}.admin], [true, undefined, undefined], 'the key __proto__');
      same(get(next, '/__proto__/admin'), true, 'get of an own key __proto__');
      fails(() => set({}, '/__proto__/x', 1), /\/__proto__/, 'a step into the prototype', RangeError);
      same({}.x, undefined, 'the prototype');
      const copy = set(JSON.parse('{"__proto__":1,"a":2}'), '/a', 3);
      same(JSON.stringify(copy), '{"__proto__":1,"a":3}', 'a copy of a document with the key __proto__');
      const shorter = removeAt({ list: [1], constructor: 1 }, '/toString');
      same(Object.keys(shorter), ['list', 'constructor'], 'removeAt of an inherited key');
    },
  },
  {
    id: 'H-3',
    run({ get, set, removeAt, format }, { same, fails }) {
      const doc = { list: [[1]], s: 'text', n: null };
      same(set(doc, '', 1), 1, 'set of the whole document');
      fails(() => removeAt(doc, ''), /./, 'removeAt of the whole document', RangeError);
      for (const pointer of ['/s/0', '/n/x', '/list/0/00', '/list/length', '/list/-/0', '/list/1.0', '/list/']) {
        fails(() => set(doc, pointer, 1), new RegExp(pointer.split('/').slice(0, 2).join('/')), `set of ${pointer}`, RangeError);
        same(removeAt(doc, pointer) === doc, true, `removeAt of ${pointer}`);
        same(get(doc, pointer), undefined, `get of ${pointer}`);
      }
      same(removeAt(doc, '/list/-') === doc, true, 'removeAt of the place behind the end');
      fails(() => get(doc, 7), /./, 'a number as pointer', TypeError);
      fails(() => removeAt(doc, 'list'), /./, 'a pointer without a slash', SyntaxError);
      same(format([]), '', 'no tokens');
      same(get(doc, '/list/0/0'), 1, 'an index in an array in an array');
      fails(() => set({ a: {} }, '/a/b/c/d', 1), /\/a\/b(?!\/)/, 'the first step that leads nowhere', RangeError);
    },
  },
];
