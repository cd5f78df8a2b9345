const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text) => [...text].map((character) => ESCAPES[character] ?? character).join('');

export default [
  {
    id: 'H-1',
    run({ render }, { same, random }) {
      const { next, pick } = random(103);
      const value = (depth) => {
        const kind = next(depth > 0 ? 8 : 5);
        if (kind < 5) {
          return [0, '', '<&>', null, 'x"y'][kind];
        }
        return kind === 5 ? Array.from({ length: next(3) }, () => value(depth - 1)) : object(depth - 1);
      };
      const object = (depth) => Object.fromEntries(Array.from({ length: next(4) }, () => [pick([...'abc']), value(depth)]));
      const isObject = (v) => typeof v === 'object' && v !== null;
      const find = (stack, name) => {
        if (name === '.') {
          return stack.at(-1);
        }
        const [first, ...rest] = name.split('.');
        const holder = stack.findLast((v) => isObject(v) && !Array.isArray(v) && Object.hasOwn(v, first));
        return rest.reduce((v, key) => (isObject(v) && Object.hasOwn(v, key) ? v[key] : undefined), holder?.[first]);
      };
      // A random template, as text and as a function of the stack that prints what is expected.
      const make = (depth) => {
        const kind = next(depth > 0 ? 6 : 3);
        const name = pick(['a', 'b', 'c', 'a.b', 'c.a']);
        if (kind === 0) {
          return [' { \n', () => ' { \n'];
        }
        if (kind < 3) {
          const text = (v) => (v === null || v === undefined ? '' : String(v));
          return kind === 1
            ? [`{{${name}}}`, (s) => escape(text(find(s, name)))]
            : [`{{{ ${name} }}}`, (s) => text(find(s, name))];
        }
        const parts = Array.from({ length: next(4) }, () => make(depth - 1));
        const body = parts.map(([source]) => source).join('');
        const inner = (s) => parts.map(([, run]) => run(s)).join('');
        const empty = (v) => !v || (Array.isArray(v) && v.length === 0);
        if (kind === 3) {
          return [`{{^${name}}}${body}{{/${name}}}`, (s) => (empty(find(s, name)) ? inner(s) : '')];
        }
        return [`{{# ${name}}}${body}{{/${name} }}`, (s) => {
          const v = find(s, name);
          return empty(v) ? '' : (Array.isArray(v) ? v : [v]).map((element) => inner([...s, element])).join('');
        }];
      };
      for (let i = 0; i < 1500; i++) {
        const data = object(3);
        const [source, run] = make(3);
        same(render(source, data), run([data]), `render(${JSON.stringify(source)}, ${JSON.stringify(data)})`);
      }
    },
  },
  {
    id: 'H-2',
    run({ render, escapeHtml }, { same, fails }) {
      same(render('{{a.length}}{{a.1}}', { a: [7, 8] }), '28', 'the length and an element of a list');
      same(render('{{#a}}{{b}}{{/a}}', { a: { b: undefined }, b: 1 }), '', 'an own key whose value is undefined');
      same(render('{{f}}{{#f}}x{{/f}}{{^f}}y{{/f}}', { f: () => 1 }), 'y', 'a function');
      same(render('{{\n a\n}}', { a: 1 }), '1', 'line breaks in a tag');
      same(render('{{#a}}{{.}}{{/a}}', { a: '<' }), '&lt;', 'a text as innermost data');
      same(render('{{#l}}{{#.}}{{.}}{{/.}};{{/l}}', { l: [[1, 2], [3]] }), '12;3;', 'lists in a list');
      same(render('$&{{a}}$1', { a: '$&' }), '$&$&amp;$1', 'signs of replacement');
      fails(() => escapeHtml(1), /./, 'escapeHtml of a number', TypeError);
    },
  },
  {
    id: 'H-3',
    run({ render }, { same, fails }) {
      same(render('{{#a}}{{>nowhere}}{{/a}}', {}), '', 'a missing partial that is not reached');
      const tree = { v: 1, kids: [{ v: 2, kids: [] }, { v: 3, kids: [{ v: 4, kids: [] }] }] };
      same(render('{{>t}}', tree, { t: '({{v}}{{#kids}}{{>t}}{{/kids}})' }), '(1(2)(3(4)))', 'a partial that contains itself');
      fails(() => render('{{>a}}', {}, { a: '{{>a}}' }), /depth/, 'a partial without an end');
      fails(() => render('{{>toString}}', {}), /"toString"/, 'a partial that only objects have');
      fails(() => render('{{>a}}\n', {}, { a: '\n\n{{#x}}' }), /line 3\b/, 'a broken partial', SyntaxError);
      for (const [template, line] of [['{{}}', 1], ['\n{{a..b}}', 2], ['{{=x}}', 1], ['{{#a}}\n{{#b}}\n', 2],
        ['{{#a}}{{/a}}\n{{/a}}', 2],
        ['{{{a}}', 1], ['{{a\n\n}}{{b c}}', 3], ['{{!\n}}\n{{', 3], ['{{>a.b}}', 1], ['{{#a}}\n{{x y}}', 2]]) {
        fails(() => render(template, {}), new RegExp(`line ${line}\\b`), `render(${JSON.stringify(template)})`, SyntaxError);
      }
    },
  },
];
