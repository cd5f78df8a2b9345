const points = (list) => Array.from({ length: 24 }, (_, x) => list.some(([a, b]) => a <= x && x < b));

export default [
  {
    id: 'H-1',
    run({ normalize, subtract, gaps, covers }, { same, random }) {
      const { next } = random(37);
      const list = () => Array.from({ length: next(6) }, () => {
        const start = next(20);
        return [start, start + next(5)];
      });
      const checkForm = (result) => result.forEach(([start, end], i) => {
        same(start < end, true, `an interval is not empty: ${start}, ${end}`);
        same(i === 0 || result[i - 1][1] < start, true, 'intervals are sorted and do not touch');
      });
      for (let i = 0; i < 800; i++) {
        const a = list();
        const b = list();
        const before = JSON.stringify([a, b]);
        const normal = normalize(a);
        const rest = subtract(a, b);
        [normal, rest].forEach(checkForm);
        same(points(normal), points(a), 'the points of normalize');
        same(points(rest), points(a).map((inA, x) => inA && !points(b)[x]), 'the points of subtract');
        same(points(gaps(a, [3, 15])), points(a).map((inA, x) => !inA && x >= 3 && x < 15), 'the points of gaps');
        same(points(a).map((_, x) => covers(a, x)), points(a), 'covers');
        same(JSON.stringify([a, b]), before, 'the inputs');
      }
    },
  },
  {
    id: 'H-2',
    run({ normalize, subtract, gaps, covers }, { same, fails }) {
      fails(() => normalize([[2, 1]]), /./, 'a start behind the end', RangeError);
      fails(() => normalize([[NaN, 1]]), /./, 'NaN', TypeError);
      fails(() => subtract([], [['1', 2]]), /./, 'a text as bound', TypeError);
      fails(() => gaps([[1]], [2, 2]), /./, 'an interval of one number', TypeError);
      fails(() => covers([], NaN), /./, 'NaN as point', TypeError);
      fails(() => covers([[0, 5], [7, 6]], 1), /./, 'a bad interval behind a good one', RangeError);
      same(normalize([[-Infinity, 1], [0, Infinity]]), [[-Infinity, Infinity]], 'infinite bounds');
    },
  },
  {
    id: 'H-3',
    run({ normalize, subtract }, { same, cpuMs }) {
      const single = [[1, 2]];
      same(normalize(single)[0] === single[0], false, 'the interval of the result is the same object');
      const many = Array.from({ length: 20_000 }, (_, i) => [i * 4, i * 4 + 3]);
      const cut = Array.from({ length: 20_000 }, (_, i) => [i * 4 + 1, i * 4 + 2]);
      const started = cpuMs();
      same(subtract(many, cut).length, 40_000, 'the pieces of a long list');
      same(cpuMs() - started < 1000, true, 'a long list takes less than a second');
    },
  },
];
