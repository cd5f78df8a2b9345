export default [
  {
    id: 'H-1',
    run({ parseCsv, formatCsv }, { same, random }) {
      const { next, pick } = random(7);
      for (let i = 0; i < 400; i++) {
        const delimiter = pick([',', ';', '\t']);
        const field = () => Array.from({ length: next(5) }, () => pick([...'ab "\r\n,;\t'])).join('');
        const rows = Array.from({ length: next(4) }, () => Array.from({ length: 1 + next(3) }, field));
        if (rows[0]?.[0].startsWith('\uFEFF')) {
          continue;
        }
        same(parseCsv(formatCsv(rows, { delimiter }), { delimiter }), rows, 'the round trip');
      }
    },
  },
  {
    id: 'H-2',
    run({ parseCsv }, { same }) {
      same(parseCsv('""\n\n\na'), [[''], ['a']], 'empty lines and the quoted empty field');
      same(parseCsv('5" pipe,x'), [['5" pipe', 'x']], 'a quote inside of a plain field');
      same(parseCsv('a\rb,"c\r\nd"\r\n'), [['a\rb', 'c\r\nd']], 'CR alone, and CR LF in quotes');
      same(parseCsv('\uFEFF"a",b'), [['a', 'b']], 'a mark before a quoted field');
    },
  },
  {
    id: 'H-3',
    run({ parseCsv }, { fails }) {
      fails(() => parseCsv('x\n"a\nb"c'), /line 3/, 'a character behind the closing quote', SyntaxError);
      fails(() => parseCsv('"a\n\n","b'), /line 3/, 'lines inside of quotes are counted', SyntaxError);
      fails(() => parseCsv('a', { delimiter: '"' }), /delimiter/i, 'a quote as delimiter', RangeError);
    },
  },
];
