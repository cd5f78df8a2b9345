export default [
  {
    id: 'AC-1',
    run({ render }, { same }) {
      same(render('Dear {{ user.name }}, {{x}}{{user.x.y}}.', { user: { name: 'Bo' } }), 'Dear Bo, .',
        'dotted and missing names');
      same(render('{{a}}{{b}}{{c}}{ d }', { a: null, b: 0, c: false }), '0false{ d }', 'null, 0 and false');
      same(render('{{toString}}{{a.constructor}}', { a: {} }), '', 'names that only prototypes have');
    },
  },
  {
    id: 'AC-2',
    run({ render, escapeHtml }, { same }) {
      same(escapeHtml('<a href="x">\'&\'</a>'), '&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;', 'escapeHtml');
      same(render('{{a}} {{{a}}} {{{ a }}}', { a: '<b>' }), '&lt;b&gt; <b> <b>', 'two braces and three');
    },
  },
  {
    id: 'AC-3',
    run({ render }, { same }) {
      same(render('{{#items}}{{.}}, {{/items}}', { items: [1, 2] }), '1, 2, ', 'a list of numbers');
      same(render('{{#a}}{{b}}{{c}}{{/a}}', { a: { c: 1 }, b: 'outer' }), 'outer1', 'names of outer data');
      const rows = [{ n: 1, cells: ['a', 'b'] }, { n: 2, cells: [] }];
      same(render('{{#rows}}{{#cells}}{{n}}{{.}} {{/cells}};{{/rows}}', { rows }), '1a 1b ;;', 'nested lists');
      same(render('{{#a}}x{{/a}}{{#b}}y{{/b}}{{#c}}z{{/c}}', { a: 0, b: true, c: '' }), 'y', 'conditions');
    },
  },
  {
    id: 'AC-4',
    run({ render }, { same }) {
      same(render('{{^items}}none{{/items}}{{^a}}x{{/a}}!', { items: [], a: 1 }), 'none!', 'inverted sections');
      same(render('a{{! any text: #^/ }}b', {}), 'ab', 'a comment');
    },
  },
  {
    id: 'AC-5',
    run({ render }, { same, fails }) {
      same(render('{{#items}}{{>item}}{{/items}}', { items: [{ n: 1 }, { n: 2 }] }, { item: '[{{n}}]' }), '[1][2]',
        'a partial in a section');
      fails(() => render('{{>x}}', {}), /"x"/, 'a partial that does not exist');
    },
  },
  {
    id: 'AC-6',
    run({ render }, { fails }) {
      fails(() => render('x\n{{#a}}\n{{/b}}', {}), /line 3\b/, 'a closing tag with another name', SyntaxError);
      fails(() => render('\n{{#a}}\n', {}), /line 2\b/, 'a section that is never closed', SyntaxError);
      fails(() => render('{{/a}}', {}), /line 1\b/, 'a closing tag alone', SyntaxError);
      fails(() => render('a\n\n{{b', {}), /line 3\b/, 'a tag that is never closed', SyntaxError);
      fails(() => render('{{a b}}', {}), /line 1\b/, 'a name that is none', SyntaxError);
    },
  },
];
