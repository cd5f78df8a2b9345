function common(a, b) {
  let row = new Array(b.length + 1).fill(0);
  for (const line of a) {
    const next = [0];
    b.forEach((other, j) => next.push(line === other ? row[j] + 1 : Math.max(row[j + 1], next[j])));
    row = next;
  }
  return row.at(-1);
}

export default [
  {
    id: 'H-1',
    run({ diff, apply, stats }, { same, random }) {
      const { next, pick } = random(83);
      const text = () => Array.from({ length: next(14) }, () => `${pick([...'abcd'])}\n`).join('') + pick(['', 'a']);
      for (let i = 0; i < 800; i++) {
        const before = text();
        const after = text();
        const edits = diff(before, after);
        const name = `diff(${JSON.stringify(before)}, ${JSON.stringify(after)})`;
        const ofKinds = (...kinds) => edits.filter(({ kind }) => kinds.includes(kind)).flatMap(({ lines }) => lines).join('');
        same(ofKinds('keep', 'remove'), before, `the old text in ${name}`);
        same(ofKinds('keep', 'insert'), after, `the new text in ${name}`);
        same(apply(before, edits), after, `apply of ${name}`);
        const lines = (t) => t.match(/[^\n]*\n|[^\n]+/g) ?? [];
        same(stats(edits).kept, common(lines(before), lines(after)), `kept lines of ${name}`);
      }
    },
  },
  {
    id: 'H-2',
    run({ diff }, { same, random }) {
      const { next, pick } = random(89);
      const text = () => Array.from({ length: next(9) }, () => `${pick([...'ab'])}\n`).join('');
      for (let i = 0; i < 800; i++) {
        const kinds = diff(text(), text()).map(({ kind, lines }) => (lines.length > 0 ? kind : 'empty'));
        same(/empty|(keep,keep)|(remove,remove)|(insert,insert)|(insert,remove)/.test(kinds.join()), false,
          `the order of kinds ${kinds}`);
      }
    },
  },
  {
    id: 'H-3',
    run({ diff, apply }, { same, fails, cpuMs }) {
      const edits = diff('a\nb\n', 'a\n');
      fails(() => apply('a\n', edits), /line 2\b/, 'a text that ends too early');
      fails(() => apply('a\nb', edits), /line 2\b/, 'a text without its last line feed');
      fails(() => apply('a\n', [{ kind: 'move', lines: ['a\n'] }]), /./, 'an unknown kind', TypeError);
      fails(() => diff('a', null), /./, 'null as text', TypeError);
      const large = Array.from({ length: 2000 }, (_, i) => `${(i * 7919) % 100}\n`);
      const started = cpuMs();
      same(apply(large.join(''), diff(large.join(''), [...large].reverse().join(''))), [...large].reverse().join(''),
        'large texts');
      same(cpuMs() - started < 1500, true, 'large texts take less than a second');
    },
  },
];
