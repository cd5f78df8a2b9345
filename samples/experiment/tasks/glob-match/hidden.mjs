// The naive matcher: parts against parts, characters against characters.
function parts(pattern, path) {
  if (pattern.length === 0) {
    return path.length === 0;
  }
  const [head, ...rest] = pattern;
  if (head === '**') {
    const least = rest.length === 0 ? 1 : 0;
    for (let n = least; n <= path.length && (n === 0 || path[n - 1] !== ''); n++) {
      if (parts(rest, path.slice(n))) {
        return true;
      }
    }
    return false;
  }
  return path.length > 0 && part(head, path[0]) && parts(rest, path.slice(1));
}

function part(pattern, text) {
  if (pattern === '') {
    return text === '';
  }
  if (pattern[0] === '*') {
    return part(pattern.slice(1), text) || (text !== '' && part(pattern, text.slice(1)));
  }
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && part(pattern.slice(1), text.slice(1));
}

export default [
  {
    id: 'H-1',
    run({ match }, { same, random }) {
      const { next, pick } = random(29);
      for (let i = 0; i < 3000; i++) {
        const pattern = Array.from({ length: 1 + next(4) }, () => pick(['**', 'a', '*', 'a*', '?', 'b.', '*b', 'a**b']));
        const path = Array.from({ length: 1 + next(5) }, () => pick(['a', 'b', 'ab', 'b.', 'aab', '']));
        const expected = pattern.every((p) => p === '**') && pattern.length === 1 ? true : parts(pattern, path);
        if (pattern.filter((p) => p === '**').length <= 1) {
          same(match(pattern.join('/'), path.join('/')), expected, `match(${pattern.join('/')}, ${path.join('/')})`);
        }
      }
    },
  },
  {
    id: 'H-2',
    run({ match }, { same }) {
      const rows = [
        ['?', '😀', true], ['[-a]', '-', true], ['[a-]', '-', true], ['[!]]', ']', false], ['[!]]', 'a', true],
        ['[\\]', '\\', true],
        ['[^a]', '^', true], ['[^a]', 'b', false], ['[*]', 'x', false], ['{a}', 'a', true], ['{**,x}', 'a/b', false],
        ['{*,x}', 'ab', true],
        ['\\{a\\}', '{a}', true], ['a/**', 'a/', false], ['**', '', true], ['***', 'a/b', false], ['{[,],a}', ',', true],
        ['a$', 'a$', true],
      ];
      for (const [pattern, path, expected] of rows) {
        same(match(pattern, path), expected, `match(${pattern}, ${path})`);
      }
    },
  },
  {
    id: 'H-3',
    run({ compile, match }, { same, fails }) {
      for (const pattern of ['{a{b}', 'a{b}}', '[', '[]', '[!]', '{[}']) {
        fails(() => compile(pattern), /./, `compile(${pattern})`, SyntaxError);
      }
      fails(() => compile(''), /./, 'the empty pattern', TypeError);
      fails(() => match(7, 'a'), /./, 'a number as pattern', TypeError);
      same(match('a\nb', 'a\nb'), true, 'a line feed');
    },
  },
];
