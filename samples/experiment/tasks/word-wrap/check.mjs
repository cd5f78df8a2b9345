export default [
  {
    id: 'AC-1',
    run({ wrap }, { same }) {
      same(wrap('the quick brown fox', { width: 10 }), 'the quick\nbrown fox', 'a line of ten columns');
      same(wrap('  a   b ', { width: 10 }), 'a b', 'runs of blanks');
    },
  },
  {
    id: 'AC-2',
    run({ wrap }, { same }) {
      same(wrap('abcdefgh ij', { width: 5 }), 'abcde\nfgh\nij', 'a long word');
      same(wrap('x abcdefgh i', { width: 5 }), 'x\nabcde\nfgh i', 'a long word behind a short one');
    },
  },
  {
    id: 'AC-3',
    run({ wrap }, { same }) {
      same(wrap('a\n\nb\r\nc', { width: 5 }), 'a\n\nb\nc', 'line breaks');
      same(wrap('', { width: 5 }), '', 'the empty text');
    },
  },
  {
    id: 'AC-4',
    run({ wrap }, { same }) {
      const text = '--all  show every thread';
      same(wrap(text, { width: 16, hanging: '  ' }), '--all show every\n  thread', 'a hanging indent');
      same(wrap('aa bb\ncc', { width: 4, indent: '* ', hanging: '  ' }), '* aa\n  bb\n* cc', 'both indents');
    },
  },
  {
    id: 'AC-5',
    run({ wrap, widthOf }, { same }) {
      same(widthOf('\u001b[31mred\u001b[0m'), 3, 'the width of a coloured word');
      same(wrap('\u001b[31mred\u001b[0m wine', { width: 8 }), '\u001b[31mred\u001b[0m wine', 'a coloured word');
      same(wrap('\u001b[31mabcdef\u001b[0m', { width: 4 }), '\u001b[31mabcd\nef\u001b[0m', 'a coloured word that is broken');
    },
  },
];
