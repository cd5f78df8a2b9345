const plain = (sections) => Object.fromEntries([...sections].map(([name, keys]) => [name, Object.fromEntries(keys)]));

export default [
  {
    id: 'AC-1',
    run({ parseIni }, { same }) {
      const text = '# head\n; head\na = b c  # note\r\npath=a;b ; two folders\n[s] ; section\n\te = \n';
      same(plain(parseIni(text)), { '': { a: 'b c', path: 'a;b' }, s: { e: '' } }, 'comments');
    },
  },
  {
    id: 'AC-2',
    run({ parseIni }, { same }) {
      const text = 'a = " b # c "# note\nb = "say \\"hi\\"\\\\\\n"\nc = C:\\new';
      same(plain(parseIni(text)), { '': { a: ' b # c ', b: 'say "hi"\\\n', c: 'C:\\new' } }, 'quoted values');
    },
  },
  {
    id: 'AC-3',
    run({ parseIni, IniError }, { same, fails }) {
      same(plain(parseIni('[a]\nx=1\n[b]\n[a]\ny=2')), { '': {}, a: { x: '1', y: '2' }, b: {} }, 'a section that comes twice');
      fails(() => parseIni('[a]\nx=1\n[a]\nx=2'), /^Line 4: /, 'a key that comes twice', IniError);
    },
  },
  {
    id: 'AC-4',
    run({ parseIni, IniError }, { fails }) {
      fails(() => parseIni('\n# c\nhello'), /^Line 3: /, 'a line without an equals sign', IniError);
      fails(() => parseIni('a = 1\n[b]\nc = "x'), /^Line 3: /, 'a quote that is never closed', IniError);
      fails(() => parseIni('a = "x" y'), /^Line 1: /, 'a text behind the closing quote', IniError);
    },
  },
];
