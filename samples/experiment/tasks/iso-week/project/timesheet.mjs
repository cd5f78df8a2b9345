// Time sheets: hours by week.
import { addWeeks, dateOf, weekOf } from './module.mjs';

/** Adds up the hours of entries by week. */
export function hoursByWeek(entries) {
  const hours = {};
  for (const { date, hours: worked } of entries) {
    const week = weekOf(date);
    hours[week] = (hours[week] ?? 0) + worked;
  }
  return hours;
}

/** The heading of a week: its number, its Monday and its Friday. */
export function headingOf(week) {
  return `${week} (${dateOf(week)} to ${dateOf(week, 5)}), next: ${addWeeks(week, 1)}`;
}
