// Lists of half-open intervals.
//
// The rota, the maintenance windows and the billing of uptime all calculate with periods. A period is an array of two numbers,
// [start, end], mostly milliseconds since 1970. The start belongs to it, the end does not.

/**
 * Fails unless a value is an interval.
 *
 * @param {unknown} interval the value
 */
function check(interval) {
  if (!Array.isArray(interval) || interval.length !== 2) {
    throw new TypeError('An interval is an array of two numbers.');
  }
}

/**
 * Whether an interval holds no point at all.
 *
 * @param {[number, number]} interval the interval
 * @returns {boolean} true if it is empty
 */
function isEmpty([start, end]) {
  return start === end;
}

/**
 * Brings a list into its normal form.
 *
 * @param {[number, number][]} intervals any intervals
 * @returns {[number, number][]} sorted intervals that neither overlap nor touch
 */
export function normalize(intervals) {
  const merged = [];
  for (const interval of intervals) {
    check(interval);
    const last = merged.at(-1);
    if (last !== undefined && interval[0] < last[1]) {
      last[1] = interval[1];
    } else {
      merged.push(interval);
    }
  }
  return merged;
}

/**
 * Takes intervals away from others.
 *
 * @param {[number, number][]} from the intervals to cut from
 * @param {[number, number][]} cut the intervals to take away
 * @returns {[number, number][]} what is left
 */
export function subtract(from, cut) {
  return normalize(from).filter(([start, end]) => !cut.some((piece) => piece[0] < end && piece[1] > start));
}

/**
 * The parts of an interval that are not covered.
 *
 * @param {[number, number][]} intervals the intervals that cover
 * @param {[number, number]} within the interval to look at
 * @returns {[number, number][]} the gaps
 */
export function gaps(intervals, within) {
  check(within);
  return subtract([within], intervals);
}

/**
 * Whether a point is covered.
 *
 * @param {[number, number][]} intervals the intervals that cover
 * @param {number} point the point
 * @returns {boolean} true if one of them holds the point
 */
export function covers(intervals, point) {
  return intervals.some(([start, end]) => !isEmpty([start, end]) && start <= point && point <= end);
}
