// The people on call, and the times without any.
import { covers, gaps } from './module.mjs';

/** The names of all people whose shifts hold a moment, in the order of the plan. */
export function onCall(plan, moment) {
  return plan.filter(({ shifts }) => covers(shifts, moment)).map(({ name }) => name);
}

/** The periods of a week in which nobody is on call. */
export function holes(plan, weekStart) {
  const week = [weekStart, weekStart + 7 * 24 * 60 * 60 * 1000];
  return gaps(plan.flatMap(({ shifts }) => shifts), week);
}
