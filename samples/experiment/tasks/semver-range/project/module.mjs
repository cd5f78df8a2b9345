// Semantic versions and ranges of them.
//
// The gate compares versions of agents, and the registry answers with the best version for a range. Both must come to the
// result that package managers come to, since people write the same ranges in both places.

const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/;

/**
 * Reads a version.
 *
 * @param {string} text the version, as in '1.2.3-beta.1'
 * @returns {{ major: number, minor: number, patch: number, prerelease: (string | number)[] }} its parts
 */
export function parse(text) {
  const match = VERSION.exec(text);
  if (match === null) {
    throw new SyntaxError(`${text} is not a version.`);
  }
  const [, major, minor, patch, prerelease] = match;
  return { major, minor, patch, prerelease: prerelease === undefined ? [] : prerelease.split('.') };
}

/**
 * Compares two values.
 *
 * @param {string | number} a the first value
 * @param {string | number} b the second value
 * @returns {number} -1, 0 or 1
 */
function order(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Compares two pre-releases.
 *
 * @param {(string | number)[]} a the parts of the first one
 * @param {(string | number)[]} b the parts of the second one
 * @returns {number} -1, 0 or 1
 */
function comparePrerelease(a, b) {
  return order(a.join('.'), b.join('.'));
}

/**
 * Compares two versions.
 *
 * @param {string} a the first version
 * @param {string} b the second version
 * @returns {number} -1, 0 or 1
 */
export function compare(a, b) {
  const left = parse(a);
  const right = parse(b);
  return order(left.major, right.major) || order(left.minor, right.minor) || order(left.patch, right.patch)
    || comparePrerelease(left.prerelease, right.prerelease);
}

/**
 * Reads one comparator.
 *
 * @param {string} text the comparator, without blanks
 * @returns {{ operator: string, version: string }[]} the simple comparators that it stands for
 */
function readComparator(text) {
  return [{ operator: '=', version: text }];
}

/**
 * Reads a range.
 *
 * @param {string} range the range
 * @returns {{ operator: string, version: string }[][]} alternatives; in each of them all comparators must hold
 */
function readRange(range) {
  return [readComparator(range.trim())];
}

/**
 * Whether a comparator holds.
 *
 * @param {string} version the version
 * @param {{ operator: string, version: string }} comparator the comparator
 * @returns {boolean} true if it does
 */
function holds(version, comparator) {
  return compare(version, comparator.version) === 0;
}

/** Whether a version lies in a range. */
export function satisfies(version, range) {
  return readRange(range).some((comparators) => comparators.every((comparator) => holds(version, comparator)));
}

/** The greatest version of a list that lies in a range, or undefined. */
export function maxSatisfying(versions, range) {
  return versions.filter((version) => satisfies(version, range)).sort(compare).at(-1);
}
