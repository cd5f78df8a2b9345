const DAY = 86_400_000;

function plain(day) {
  const weekday = (new Date(day * DAY).getUTCDay() + 6) % 7;
  const thursday = new Date((day - weekday + 3) * DAY);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return `${thursday.getUTCFullYear()}-W${String(Math.floor((thursday - first) / DAY / 7) + 1).padStart(2, '0')}`;
}

export default [
  {
    id: 'H-1',
    run({ weekOf, dateOf }, { same }) {
      for (let day = -40_000; day < 60_000; day += 13) {
        const date = new Date(day * DAY).toISOString().slice(0, 10);
        const week = plain(day);
        same(weekOf(date), week, `weekOf(${date})`);
        same(dateOf(week, ((new Date(day * DAY).getUTCDay() + 6) % 7) + 1), date, `dateOf(${week})`);
      }
    },
  },
  {
    id: 'H-2',
    run({ dateOf, addWeeks, weeksIn }, { same, random }) {
      const { next } = random(61);
      for (let i = 0; i < 1000; i++) {
        const year = 1900 + next(300);
        const week = `${year}-W${String(1 + next(weeksIn(year))).padStart(2, '0')}`;
        const n = next(400) - 200;
        const days = (Date.parse(dateOf(addWeeks(week, n))) - Date.parse(dateOf(week))) / DAY;
        same(days, 7 * n, `the days from ${week} to the week ${n} weeks later`);
        same(addWeeks(addWeeks(week, n), -n), week, `${week} and back`);
      }
    },
  },
  {
    id: 'H-3',
    run({ weekOf, dateOf, weeksIn, addWeeks }, { same, fails }) {
      same(weekOf('0001-01-01'), '0001-W01', 'the first day of all');
      same(weekOf('0099-06-15'), '0099-W25', 'a year below 100');
      same(dateOf('0099-W25'), '0099-06-15', 'a week of a year below 100');
      fails(() => addWeeks('9999-W52', 1), /./, 'a week behind the last one', RangeError);
      fails(() => addWeeks('0001-W01', -1), /./, 'a week before the first one', RangeError);
      fails(() => addWeeks('2026-W01', 0.5), /./, 'half a week', RangeError);
      fails(() => dateOf('9999-W52', 7), /./, 'a date behind the last one', RangeError);
      for (const weekday of [0, 8, 1.5, '1']) {
        fails(() => dateOf('2026-W01', weekday), /./, `the day ${weekday}`, RangeError);
      }
      for (const year of [0, 10_000, 2026.5, '2026']) {
        fails(() => weeksIn(year), /./, `weeksIn(${year})`, RangeError);
      }
      for (const text of [undefined, null, 20260101, '0000-01-01', '2026-01-01\n', '2026-01-00']) {
        fails(() => weekOf(text), /./, `weekOf(${text})`, RangeError);
      }
    },
  },
];
