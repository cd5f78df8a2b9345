const plain = (sections) => Object.fromEntries([...sections].map(([name, keys]) => [name, Object.fromEntries(keys)]));

export default [
  {
    id: 'H-1',
    run({ parseIni }, { same, random }) {
      const { next, pick } = random(23);
      const quote = (value) => `"${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`;
      for (let i = 0; i < 300; i++) {
        const values = Array.from({ length: 1 + next(4) }, () =>
          Array.from({ length: next(8) }, () => pick([...'ab "\\#;=\n\t[]'])).join(''));
        const lines = values.map((value, k) =>
          `${pick(['', ' '])}k${k}${pick(['=', ' = '])}${quote(value)}${pick(['', '#x', ' ; "y'])}`);
        const expected = Object.fromEntries(values.map((value, k) => [`k${k}`, value]));
        same(plain(parseIni(`[s]${pick(['\n', '\r\n'])}${lines.join('\n')}`)), { '': {}, s: expected }, 'quoted values');
      }
    },
  },
  {
    id: 'H-2',
    run({ parseIni }, { same }) {
      const text = '\uFEFFcolour = #fff\nx = a#fff\nsize = 5" pipe\nmy key = x=y\n[ s t ]#c\n__proto__ = 1';
      const sections = parseIni(text);
      same([...sections.get('')], [['colour', ''], ['x', 'a#fff'], ['size', '5" pipe'], ['my key', 'x=y']], 'plain values');
      same([...sections.get('s t')], [['__proto__', '1']], 'a section with blanks');
    },
  },
  {
    id: 'H-3',
    run({ parseIni, IniError }, { same, fails }) {
      for (const bad of ['[]', '[a', '[a]b', '[a[b]', '= 1', 'a = "\\x"', 'a = "b\\"', '"a" = 1', '[ ]']) {
        fails(() => parseIni(`a = 0\n\n${bad.replace('a =', 'b =')}`), /^Line 3: /, `the line ${bad}`, IniError);
      }
      try {
        parseIni('x');
      } catch (error) {
        same(error.line, 1, 'the property line');
      }
    },
  },
];
