const RANGES = [
  ['1.2.3', '=1.2.3'], ['1.2', '>=1.2.0 <1.3.0-0'], ['=1.2', '>=1.2.0 <1.3.0-0'], ['1.*.*', '>=1.0.0 <2.0.0-0'], ['X', '>=0.0.0'],
  ['>1.2', '>=1.3.0'],
  ['>=1.2', '>=1.2.0'], ['<1.2', '<1.2.0-0'], ['<=1.2', '<1.3.0-0'], ['^1.2.3', '>=1.2.3 <2.0.0-0'],
  ['^0.2.3', '>=0.2.3 <0.3.0-0'],
  ['^0.0.3', '>=0.0.3 <0.0.4-0'], ['^1.2', '>=1.2.0 <2.0.0-0'], ['^0.0', '>=0.0.0 <0.1.0-0'], ['^0', '>=0.0.0 <1.0.0-0'],
  ['~1.2.3', '>=1.2.3 <1.3.0-0'],
  ['~1.2', '>=1.2.0 <1.3.0-0'], ['~1', '>=1.0.0 <2.0.0-0'], ['1.2.3 - 2.3.4', '>=1.2.3 <=2.3.4'],
  ['1.2 - 2.3', '>=1.2.0 <2.4.0-0'],
  ['1 - 2', '>=1.0.0 <3.0.0-0'], ['>1', '>=2.0.0'], ['<=1', '<2.0.0-0'], ['^1.x', '>=1.0.0 <2.0.0-0'],
  ['~ 1.2.3', '>=1.2.3 <1.3.0-0'],
  ['1.x.3', '>=1.0.0 <2.0.0-0'], ['^1.2.3-beta.2', '>=1.2.3-beta.2 <2.0.0-0'], ['~1.2.3-b', '>=1.2.3-b <1.3.0-0'],
  ['^*', '>=0.0.0'], ['<=*', '>=0.0.0'],
];

export default [
  {
    id: 'H-1',
    run({ compare, parse, satisfies }, { same, random }) {
      const { next, pick } = random(97);
      const version = () => `${next(3)}.${next(4)}.${next(5)}${pick(['', '', '', '-0', '-beta.2', '-beta.11', '-b', '-a.b'])}`;
      const simple = (v, text) => {
        const comparators = text.split(' ').map((comparator) => /^([<>]?=?)(.*)$/.exec(comparator).slice(1));
        const { major, minor, patch, prerelease } = parse(v);
        const named = comparators.some(([, w]) => {
          const other = parse(w);
          return other.prerelease.length > 0 && other.major === major && other.minor === minor && other.patch === patch;
        });
        return (prerelease.length === 0 || named) && comparators.every(([operator, w]) => {
          const c = compare(v, w);
          return { '>': c > 0, '<': c < 0, '>=': c >= 0, '<=': c <= 0, '=': c === 0 }[operator];
        });
      };
      for (let i = 0; i < 1500; i++) {
        const v = version();
        const a = pick(RANGES);
        const b = pick(RANGES);
        same(satisfies(v, a[0]), simple(v, a[1]), `satisfies(${v}, ${a[0]})`);
        same(satisfies(v, `${a[0]}||${b[0]}`), simple(v, a[1]) || simple(v, b[1]), `satisfies(${v}, ${a[0]}||${b[0]})`);
        if (!a[0].includes(' ') && !b[0].includes(' ')) {
          same(satisfies(v, ` ${a[0]}  ${b[0]} `), simple(v, `${a[1]} ${b[1]}`), `satisfies(${v}, ${a[0]} ${b[0]})`);
        }
      }
    },
  },
  {
    id: 'H-2',
    run({ parse, satisfies }, { same, fails }) {
      for (const range of ['1.2.3.4', 'latest', '>>1', '^', '1.2.3 -', '1 - 2 3', '=> 1', '1.2.3 | 2', '01', '1.2-beta', 'v1',
        '1.x-beta']) {
        fails(() => satisfies('1.0.0', range), /./, `satisfies with ${range}`, SyntaxError);
        fails(() => satisfies('1.0.0', `1.0.0 || ${range}`), /./, `satisfies with 1.0.0 || ${range}`, SyntaxError);
      }
      for (const text of [null, 1, '1.2.3 ', '1.2.3+', '1.2.3+a..b', '9007199254740992.0.0', '1.2.3-ä', '1.2.3\n']) {
        fails(() => parse(text), /./, `parse(${JSON.stringify(text)})`, SyntaxError);
      }
      same(parse('1.2.3--.-0a.0').prerelease, ['-', '-0a', 0], 'unusual parts');
      same([satisfies('1.0.0', '<*'), satisfies('1.0.0', '>x'), satisfies('1.0.0', '1.0.0 ||')], [false, false, true],
        'operators on a wildcard');
    },
  },
  {
    id: 'H-3',
    run({ compare, maxSatisfying }, { same, random }) {
      const { next, pick } = random(101);
      const version = () => `${next(2)}.${next(2)}.0${pick(['', '-1', '-2', '-10', '-a', '-a.1', '-B', '-a-b'])}`;
      for (let i = 0; i < 2000; i++) {
        const [a, b, c] = [version(), version(), version()];
        same(compare(a, b), compare(b, a) === 0 ? 0 : -compare(b, a), `compare(${a}, ${b}) and back`);
        same(compare(a, b) <= 0 && compare(b, c) <= 0 && compare(a, c) > 0, false, `the order of ${a}, ${b}, ${c}`);
      }
      const list = ['1.0.0+b', '1.0.0+a', '0.9.0'];
      same(maxSatisfying(list, '1'), '1.0.0+b', 'equal versions');
      same([maxSatisfying(list, '2'), list], [undefined, ['1.0.0+b', '1.0.0+a', '0.9.0']], 'no version');
    },
  },
];
