export default [
  {
    id: 'AC-1',
    run({ parseCsv }, { same }) {
      same(parseCsv('"a,b",c'), [['a,b', 'c']], 'a delimiter in quotes');
      same(parseCsv('"say ""hi""",x'), [['say "hi"', 'x']], 'doubled quotes');
      same(parseCsv('a,,'), [['a', '', '']], 'empty fields');
    },
  },
  {
    id: 'AC-2',
    run({ parseCsv }, { same }) {
      same(parseCsv('"1\n2",3\n4,5'), [['1\n2', '3'], ['4', '5']], 'a line break in quotes');
      same(parseCsv('a,b\r\nc,d\r\n'), [['a', 'b'], ['c', 'd']], 'rows that end with CR LF');
    },
  },
  {
    id: 'AC-3',
    run({ formatCsv }, { same }) {
      same(formatCsv([['a,b', 'c'], ['say "hi"', null]]), '"a,b",c\r\n"say ""hi""",\r\n', 'quotes where needed');
      same(formatCsv([['a b', '1\n2']]), 'a b,"1\n2"\r\n', 'a blank needs no quotes, a line break does');
    },
  },
  {
    id: 'AC-4',
    run({ parseCsv }, { fails }) {
      fails(() => parseCsv('a,b\nc,"d\ne'), /line 2/, 'a quote that is never closed', SyntaxError);
    },
  },
  {
    id: 'AC-5',
    run({ parseCsv, formatCsv }, { same }) {
      same(parseCsv('"a;b";c,d', { delimiter: ';' }), [['a;b', 'c,d']], 'reading with a semicolon');
      same(formatCsv([['a;b', 'c,d']], { delimiter: ';' }), '"a;b";c,d\r\n', 'writing with a semicolon');
    },
  },
];
