// ISO weeks.
//
// Time sheets and the planning of shifts are kept by weeks: '2026-W05'. A date is a text such as '2026-01-31'. There are no
// times and no time zones in this module, because a week begins for everybody on a Monday.

const DAY = 24 * 60 * 60 * 1000;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const WEEK = /^(\d{4})-W(\d{2})$/;

/**
 * Reads a date.
 *
 * @param {string} text the date, as in '2026-01-31'
 * @returns {Date} the date
 */
function readDate(text) {
  const [, year, month, day] = DATE.exec(text);
  return new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
}

/**
 * The Thursday of the week that holds a date.
 *
 * @param {Date} date the date
 * @returns {Date} the Thursday
 */
function thursdayOf(date) {
  const weekday = date.getUTCDay() === 0 ? 7 : date.getUTCDay();
  return new Date(date.getTime() + (4 - weekday) * DAY);
}

/**
 * The Monday of the first week of a year.
 *
 * @param {number} year the year
 * @returns {Date} the Monday
 */
function firstMonday(year) {
  const thursday = thursdayOf(new Date(Date.UTC(year, 0, 4)));
  return new Date(thursday.getTime() - 3 * DAY);
}

/**
 * Writes a date.
 *
 * @param {Date} date the date
 * @returns {string} the text
 */
function writeDate(date) {
  return date.toISOString().slice(0, 10);
}

/**
 * Reads a week.
 *
 * @param {string} text the week, as in '2026-W05'
 * @returns {{ year: number, week: number }} its year and its number
 */
function readWeek(text) {
  const [, year, week] = WEEK.exec(text);
  return { year: Number(year), week: Number(week) };
}

/**
 * Writes a week.
 *
 * @param {number} year the year
 * @param {number} week the number of the week
 * @returns {string} the text
 */
function writeWeek(year, week) {
  return `${String(year).padStart(4, '0')}-W${String(week).padStart(2, '0')}`;
}

/** The week of a date. */
export function weekOf(text) {
  const thursday = thursdayOf(readDate(text));
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday - firstMonday(year)) / DAY / 7) + 1;
  return writeWeek(year, week);
}

/** The date of a day of a week: 1 is Monday, 7 is Sunday. */
export function dateOf(text, weekday = 1) {
  const { year, week } = readWeek(text);
  return writeDate(new Date(firstMonday(year).getTime() + ((week - 1) * 7 + weekday - 1) * DAY));
}

/** The number of weeks of a year. */
export function weeksIn(year) {
  return Math.round((firstMonday(year + 1) - firstMonday(year)) / DAY / 7);
}

/** The week that lies n weeks after a week; before it if n is negative. */
export function addWeeks(text, n) {
  const { year, week } = readWeek(text);
  return writeWeek(year, week + n);
}
