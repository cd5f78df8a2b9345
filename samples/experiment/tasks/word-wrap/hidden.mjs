const width = (line) => [...line.replace(/\u001b\[[0-9;]*m/g, '')].length;

export default [
  {
    id: 'H-1',
    run({ wrap }, { same, random }) {
      const { next, pick } = random(5);
      const pieces = ['a', 'b', 'c', ' ', ' ', '\n', '😀', '\u001b[1;31m', '\u001b[0m', '\u00a0'];
      for (let i = 0; i < 400; i++) {
        const text = Array.from({ length: next(40) }, () => pick(pieces)).join('');
        const options = { width: 4 + next(6), indent: pick(['', '- ']), hanging: pick(['', '   ']) };
        const lines = wrap(text, options).split('\n');
        for (const line of lines) {
          same(width(line) <= options.width, true, `a line is no wider than ${options.width}: ${JSON.stringify(line)}`);
          same(line.endsWith(' '), false, 'a line ends with a blank');
        }
        const bare = lines.map((line) => line.replace(/^(- | {3})/, '')).join('');
        same(bare.replaceAll(' ', ''), text.replace(/[ \n]/g, ''), 'the characters of the text');
      }
    },
  },
  {
    id: 'H-2',
    run({ wrap, widthOf }, { same }) {
      same(widthOf('a😀'), 2, 'an emoji is one column');
      same(wrap('😀😀😀', { width: 2 }), '😀😀\n😀', 'emoji are not torn');
      same(wrap('abcd\u001b[0mef', { width: 4 }), 'abcd\u001b[0m\nef', 'a code at the break');
      same(wrap('a\u00a0b c', { width: 3 }), 'a\u00a0b\nc', 'a no-break space');
    },
  },
  {
    id: 'H-3',
    run({ wrap }, { same, fails }) {
      same(wrap(' \n a', { width: 5, indent: '> ' }), '\n> a', 'a paragraph without words has no indent');
      fails(() => wrap('a', { width: 2, hanging: '  ' }), /./, 'an indent as wide as the line', RangeError);
      fails(() => wrap('a', { width: 0 }), /./, 'a width of 0', RangeError);
      same(wrap('word '.repeat(20)).split('\n').map((line) => line.length), [79, 19], 'the default width');
    },
  },
];
