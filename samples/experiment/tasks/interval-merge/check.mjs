export default [
  {
    id: 'AC-1',
    run({ normalize }, { same }) {
      const list = [[5, 7], [1, 3], [2, 4]];
      same(normalize(list), [[1, 4], [5, 7]], 'a list without order');
      same(list, [[5, 7], [1, 3], [2, 4]], 'the input');
      same(normalize([[1, 3], [3, 5]]), [[1, 5]], 'intervals that touch');
      same(normalize([[1, 10], [2, 3]]), [[1, 10]], 'nested intervals');
      same(normalize([[1, 1], [4, 4]]), [], 'empty intervals');
    },
  },
  {
    id: 'AC-2',
    run({ subtract }, { same }) {
      same(subtract([[0, 10]], [[2, 3], [5, 7]]), [[0, 2], [3, 5], [7, 10]], 'two pieces out of one interval');
      same(subtract([[0, 4], [4, 8]], [[3, 5]]), [[0, 3], [5, 8]], 'a piece across two intervals');
      same(subtract([[0, 4]], [[4, 8]]), [[0, 4]], 'a piece that only touches');
    },
  },
  {
    id: 'AC-3',
    run({ gaps }, { same }) {
      same(gaps([[4, 20], [1, 2]], [0, 10]), [[0, 1], [2, 4]], 'two gaps');
      same(gaps([], [0, 10]), [[0, 10]], 'one gap');
    },
  },
  {
    id: 'AC-4',
    run({ covers }, { same }) {
      same([0, 1, 2, 3].map((point) => covers([[1, 2], [2, 3]], point)), [false, true, true, false], 'points of two intervals');
    },
  },
];
