export default [
  {
    id: 'AC-1',
    run({ weekOf }, { same }) {
      const dates = ['2026-01-01', '2025-12-29', '2027-01-03', '2021-01-01', '2024-07-15'];
      same(dates.map(weekOf), ['2026-W01', '2026-W01', '2026-W53', '2020-W53', '2024-W29'], 'weeks of dates');
    },
  },
  {
    id: 'AC-2',
    run({ dateOf }, { same }) {
      same([dateOf('2026-W01'), dateOf('2026-W53', 7), dateOf('2024-W29', 1)], ['2025-12-29', '2027-01-03', '2024-07-15'],
        'dates');
    },
  },
  {
    id: 'AC-3',
    run({ weeksIn }, { same }) {
      same([2015, 2020, 2024, 2025, 2026].map(weeksIn), [53, 53, 52, 52, 53], 'the weeks of years');
    },
  },
  {
    id: 'AC-4',
    run({ addWeeks }, { same }) {
      same(addWeeks('2026-W53', 1), '2027-W01', 'one week later');
      same(addWeeks('2026-W01', -1), '2025-W52', 'one week earlier');
      same(addWeeks('2024-W10', 104), '2026-W10', 'two years later');
    },
  },
  {
    id: 'AC-5',
    run({ weekOf, dateOf }, { fails }) {
      for (const text of ['2026-02-29', '2026-1-1', 'today', '2026-13-01']) {
        fails(() => weekOf(text), new RegExp(text), `weekOf(${text})`, RangeError);
      }
      for (const text of ['2025-W53', '2026-W00', '2026-w01']) {
        fails(() => dateOf(text), new RegExp(text), `dateOf(${text})`, RangeError);
      }
    },
  },
];
