function table(match, same, rows) {
  for (const [pattern, path, expected] of rows) {
    same(match(pattern, path), expected, `match(${pattern}, ${path})`);
  }
}

export default [
  {
    id: 'AC-1',
    run({ match }, { same }) {
      table(match, same, [
        ['a.b', 'a.b', true], ['a.b', 'axb', false], ['a+', 'a+', true], ['a?c', 'abc', true], ['a?c', 'a/c', false],
        ['\\*', '*', true], ['\\*', 'a', false], ['a', 'ab', false],
      ]);
    },
  },
  {
    id: 'AC-2',
    run({ match }, { same }) {
      table(match, same, [
        ['src/*.mjs', 'src/a.mjs', true], ['src/*.mjs', 'src/lib/a.mjs', false], ['*', '.env', true], ['*', '', true],
      ]);
    },
  },
  {
    id: 'AC-3',
    run({ match }, { same }) {
      table(match, same, [
        ['**/a', 'a', true], ['**/a', 'x/y/a', true], ['**/a', 'xa', false], ['a/**', 'a/x/y', true], ['a/**', 'a', false],
        ['a/**/b', 'a/b', true], ['a/**/b', 'a/x/y/b', true], ['**', 'a/b', true], ['a**', 'a/b', false],
      ]);
    },
  },
  {
    id: 'AC-4',
    run({ match }, { same }) {
      table(match, same, [
        ['[abc]', 'b', true], ['[a-c]x', 'bx', true], ['[a-c]', 'd', false], ['[!a-c]', 'd', true], ['[!a-c]', 'b', false],
        ['[!a]', '/', false], ['[]]', ']', true],
      ]);
    },
  },
  {
    id: 'AC-5',
    run({ match }, { same }) {
      table(match, same, [
        ['*.{js,mjs}', 'a.mjs', true], ['*.{js,mjs}', 'a.ts', false], ['a{,b}', 'a', true], ['{a,b{c,d}}', 'bd', true],
        ['a,b', 'a,b', true], ['{x/**/y,z}', 'x/y', true],
      ]);
    },
  },
  {
    id: 'AC-6',
    run({ compile }, { fails }) {
      for (const pattern of ['[abc', '{a,b', 'a}', 'a\\', '[z-a]']) {
        fails(() => compile(pattern), /./, `compile(${pattern})`, SyntaxError);
      }
    },
  },
];
