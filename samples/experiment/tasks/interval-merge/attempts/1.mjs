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
  interval.forEach(checkNumber);
  if (interval[0] > interval[1]) {
    throw new RangeError('The start of an interval must not be greater than its end.');
  }
}

/**
 * Fails unless a value is a number.
 *
 * @param {unknown} value the value
 */
function checkNumber(value) {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new TypeError('A bound or a point must be a number.');
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
  intervals.forEach(check);
  const sorted = intervals.filter((interval) => !isEmpty(interval)).sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const merged = [];
  for (const [start, end] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last[1]) {
      last[1] = Math.max(last[1], end);
    } else {
      merged.push([start, end]);
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
  const pieces = normalize(cut);
  const rest = [];
  let first = 0;
  for (const [start, end] of normalize(from)) {
    while (first < pieces.length && pieces[first][1] <= start) {
      first++;
    }
    let at = start;
    for (let i = first; i < pieces.length && pieces[i][0] < end; i++) {
      if (pieces[i][0] > at) {
        rest.push([at, pieces[i][0]]);
      }
      at = pieces[i][1];
    }
    if (at < end) {
      rest.push([at, end]);
    }
  }
  return rest;
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
  intervals.forEach(check);
  checkNumber(point);
  return intervals.some(([start, end]) => start <= point && point < end);
}
