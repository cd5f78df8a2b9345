// Semantic versions and ranges of them.
//
// The gate compares versions of agents, and the registry answers with the best version for a range. Both must come to the
// result that package managers come to, since people write the same ranges in both places.

const PARTS = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const VERSION = new RegExp(`^(\\d+)\\.(\\d+)\\.(\\d+)(?:-(${PARTS}))?(?:\\+(${PARTS}))?$`);

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
  const parts = prerelease === undefined ? [] : prerelease.split('.');
  return {
    major: readNumber(major),
    minor: readNumber(minor),
    patch: readNumber(patch),
    prerelease: parts.map((part) => (/^\d+$/.test(part) ? readNumber(part) : part)),
  };
}

/**
 * Reads a number of a version.
 *
 * @param {string} digits its digits
 * @returns {number} the number
 */
function readNumber(digits) {
  const number = Number(digits);
  if (String(number) !== digits || !Number.isSafeInteger(number)) {
    throw new SyntaxError(`${digits} is not a number of a version.`);
  }
  return number;
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
  if (a.length === 0 || b.length === 0) {
    return order(b.length, a.length);
  }
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const sameType = typeof a[i] === typeof b[i];
    const result = sameType ? order(a[i], b[i]) : typeof a[i] === 'number' ? -1 : 1;
    if (result !== 0) {
      return result;
    }
  }
  return order(a.length, b.length);
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
  const [, operator, version] = /^(\^|~|[<>]?=?)\s*(.*)$/.exec(text);
  if (operator === '^' || operator === '~') {
    const { major, minor, patch } = parse(version);
    const end = operator === '~' ? `${major}.${minor + 1}.0`
      : major > 0 ? `${major + 1}.0.0` : minor > 0 ? `0.${minor + 1}.0` : `0.0.${patch + 1}`;
    return [{ operator: '>=', version }, { operator: '<', version: `${end}-0` }];
  }
  return [{ operator: operator === '' ? '=' : operator, version }];
}

/**
 * Reads a range.
 *
 * @param {string} range the range
 * @returns {{ operator: string, version: string }[][]} alternatives; in each of them all comparators must hold
 */
function readRange(range) {
  return range.split('||').map((alternative) =>
    alternative.trim().replace(/([<>=^~])\s+/g, '$1').split(/\s+/).flatMap(readComparator));
}

/**
 * Whether a comparator holds.
 *
 * @param {string} version the version
 * @param {{ operator: string, version: string }} comparator the comparator
 * @returns {boolean} true if it does
 */
function holds(version, comparator) {
  const result = compare(version, comparator.version);
  return (result === 0 && comparator.operator.includes('='))
    || (result < 0 && comparator.operator.startsWith('<'))
    || (result > 0 && comparator.operator.startsWith('>'));
}

/**
 * Whether an alternative lets a pre-release in.
 *
 * @param {string} version the version
 * @param {{ operator: string, version: string }[]} comparators the comparators of the alternative
 * @returns {boolean} true for releases, and if a comparator names a pre-release of the same version
 */
function admits(version, comparators) {
  const { major, minor, patch, prerelease } = parse(version);
  return prerelease.length === 0 || comparators.some((comparator) => {
    const other = parse(comparator.version);
    return other.prerelease.length > 0 && other.major === major && other.minor === minor && other.patch === patch;
  });
}

/** Whether a version lies in a range. */
export function satisfies(version, range) {
  return readRange(range).some((comparators) =>
    comparators.every((comparator) => holds(version, comparator)) && admits(version, comparators));
}

/** The greatest version of a list that lies in a range, or undefined. */
export function maxSatisfying(versions, range) {
  return versions.filter((version) => satisfies(version, range)).sort(compare).at(-1);
}
