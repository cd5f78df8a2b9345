function plain(a, b) {
  const left = [...a];
  const right = [...b];
  let row = right.map((_, j) => j + 1);
  row.unshift(0);
  left.forEach((unit, i) => {
    const next = [i + 1];
    right.forEach((other, j) => next.push(Math.min(row[j + 1] + 1, next[j] + 1, row[j] + (unit === other ? 0 : 1))));
    row = next;
  });
  return row.at(-1);
}

export default [
  {
    id: 'H-1',
    run({ distance }, { same, random }) {
      const { next, pick } = random(3);
      const word = () => Array.from({ length: next(9) }, () => pick([...'abc😀'])).join('');
      for (let i = 0; i < 2000; i++) {
        const a = word();
        const b = word();
        const bound = next(6);
        const true_ = plain(a, b);
        same(distance(a, b), true_, `distance(${a}, ${b})`);
        same(distance(a, b, bound), true_ <= bound ? true_ : Infinity, `distance(${a}, ${b}, ${bound})`);
        same(distance(b, a, bound), true_ <= bound ? true_ : Infinity, `distance(${b}, ${a}, ${bound})`);
      }
    },
  },
  {
    id: 'H-2',
    run({ distance }, { same }) {
      same(distance('abcdef', 'bcdefa', 2), 2, 'a path that leaves the diagonal');
      same(distance('xxabcdef', 'abcdefyy', 4), 4, 'a path along the edge of the band');
    },
  },
  {
    id: 'H-3',
    run({ closest, distance }, { same, fails }) {
      same(distance('ab', 'cd', 2.9), 2, 'a bound with a fraction');
      fails(() => distance('a', 'b', NaN), /./, 'NaN as bound', RangeError);
      fails(() => distance('a', 1), /./, 'a number as text', TypeError);
      same(closest('abcdef', ['zzzzzz', 'bcdefa'], 2), 'bcdefa', 'a nearest word that is shifted by one');
      function* words() {
        yield 'b';
        yield 'a';
        throw new Error('The reading went on behind the exact match.');
      }
      same(closest('a', words()), 'a', 'an exact match');
    },
  },
];
