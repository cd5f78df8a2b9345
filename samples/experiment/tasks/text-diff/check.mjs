const keep = (...lines) => ({ kind: 'keep', lines });
const remove = (...lines) => ({ kind: 'remove', lines });
const insert = (...lines) => ({ kind: 'insert', lines });

export default [
  {
    id: 'AC-1',
    run({ diff }, { same }) {
      same(diff('a\nb\nc\n', 'a\nc\n'), [keep('a\n'), remove('b\n'), keep('c\n')], 'a removed line');
      same(diff('a\nc\n', 'a\nb\nc\n'), [keep('a\n'), insert('b\n'), keep('c\n')], 'an inserted line');
      same(diff('', ''), [], 'two empty texts');
    },
  },
  {
    id: 'AC-2',
    run({ diff }, { same }) {
      const changed = (edits) => edits.filter(({ kind }) => kind !== 'keep').reduce((sum, { lines }) => sum + lines.length, 0);
      const text = (letters) => [...letters].map((letter) => `${letter}\n`).join('');
      same(changed(diff(text('abcabba'), text('cbabac'))), 5, 'changed lines of the classic example');
      same(changed(diff(text('abcdef'), text('acf'))), 3, 'changed lines when three are removed');
      same(changed(diff(text('xabc'), text('abcy'))), 2, 'changed lines when the text moves up');
    },
  },
  {
    id: 'AC-3',
    run({ diff }, { same }) {
      same(diff('a\nb\n', 'c\nd\n'), [remove('a\n', 'b\n'), insert('c\n', 'd\n')], 'two replaced lines');
      same(diff('a\nb\nc', 'a\nb\nc'), [keep('a\n', 'b\n', 'c')], 'equal texts');
      same(diff('a\n', 'a'), [remove('a\n'), insert('a')], 'a line feed at the end');
    },
  },
  {
    id: 'AC-4',
    run({ diff, apply }, { same, fails }) {
      const edits = diff('a\nb\nc\n', 'a\nx\nc');
      same(apply('a\nb\nc\n', edits), 'a\nx\nc', 'the new text');
      fails(() => apply('a\nz\nc\n', edits), /line 2\b/, 'another text');
      fails(() => apply('a\nb\nc\nd\n', edits), /line 4\b/, 'a text that is too long');
    },
  },
  {
    id: 'AC-5',
    run({ diff, stats }, { same }) {
      same(stats(diff('a\nb\nc\nd\n', 'a\nx\ny\nz\nd\n')), { kept: 2, removed: 2, inserted: 3 }, 'the numbers of lines');
    },
  },
];
