function table(satisfies, same, range, inside, outside) {
  for (const version of inside) {
    same(satisfies(version, range), true, `satisfies(${version}, ${range})`);
  }
  for (const version of outside) {
    same(satisfies(version, range), false, `satisfies(${version}, ${range})`);
  }
}

export default [
  {
    id: 'AC-1',
    run({ parse, compare }, { same, fails }) {
      same(parse('1.2.3-beta.4+build'), { major: 1, minor: 2, patch: 3, prerelease: ['beta', 4] }, 'parse');
      same([compare('1.10.0', '1.9.0'), compare('1.0.0', '1.0.0'), compare('2.0.0', '10.0.0')], [1, 0, -1], 'compare');
      for (const text of ['1.2', '01.2.3', 'v1.2.3', '1.2.3-', '1.2.3-01', '1.2.3-a..b']) {
        fails(() => parse(text), /./, `parse(${text})`, SyntaxError);
      }
    },
  },
  {
    id: 'AC-2',
    run({ compare }, { same }) {
      const sorted = ['alpha', 'alpha.1', 'alpha.beta', 'beta', 'beta.2', 'beta.11', 'rc.1']
        .map((name) => `1.0.0-${name}`)
        .concat('1.0.0');
      same([...sorted].reverse().sort(compare), sorted, 'the order of pre-releases');
    },
  },
  {
    id: 'AC-3',
    run({ satisfies, maxSatisfying }, { same }) {
      table(satisfies, same, '>=1.2.3 <2.0.0', ['1.2.3', '1.10.0'], ['1.2.2', '2.0.0']);
      table(satisfies, same, '1.0.0 || > 3.0.0', ['1.0.0', '3.0.1'], ['1.0.1', '3.0.0']);
      same(maxSatisfying(['1.2.0', '1.10.0', '2.0.0'], '<2.0.0'), '1.10.0', 'the greatest one');
    },
  },
  {
    id: 'AC-4',
    run({ satisfies }, { same }) {
      table(satisfies, same, '^1.2.3', ['1.2.3', '1.9.0'], ['1.2.2', '2.0.0']);
      table(satisfies, same, '^0.2.3', ['0.2.3', '0.2.9'], ['0.3.0', '1.0.0']);
      table(satisfies, same, '^0.0.3', ['0.0.3'], ['0.0.4']);
      table(satisfies, same, '~1.2.3', ['1.2.3', '1.2.9'], ['1.3.0']);
    },
  },
  {
    id: 'AC-5',
    run({ satisfies }, { same }) {
      table(satisfies, same, '1.x', ['1.0.0', '1.9.9'], ['2.0.0', '0.9.0']);
      table(satisfies, same, '1.2', ['1.2.0', '1.2.9'], ['1.3.0']);
      table(satisfies, same, '>1.2', ['1.3.0'], ['1.2.9']);
      table(satisfies, same, '1.2 - 2.3', ['1.2.0', '2.3.9'], ['1.1.0', '2.4.0']);
      table(satisfies, same, '', ['0.0.0', '9.9.9'], []);
      table(satisfies, same, '^0', ['0.9.0'], ['1.0.0']);
    },
  },
  {
    id: 'AC-6',
    run({ satisfies }, { same }) {
      table(satisfies, same, '>=1.0.0', ['1.0.0', '1.2.3'], ['1.2.3-beta', '1.0.0-beta']);
      table(satisfies, same, '^1.2.3-beta.2', ['1.2.3-beta.4', '1.2.3', '1.3.0'], ['1.2.3-beta.1', '1.2.4-beta.2']);
      table(satisfies, same, '<2.0.0', ['1.9.9'], ['2.0.0-rc.1']);
    },
  },
];
