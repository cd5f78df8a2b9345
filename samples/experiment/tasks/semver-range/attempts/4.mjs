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

const COMPARATOR = /^(\^|~|[<>]?=?)\s*(\S+)$/;
const SHORT = /^(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?$/;
const HYPHEN = /^(\S+)\s+-\s+(\S+)$/;
const ANY = [{ operator: '>=', version: '0.0.0' }];
const NONE = [{ operator: '<', version: '0.0.0-0' }];

/**
 * Reads a version of a range, which may be short or have wildcards.
 *
 * @param {string} text the version
 * @returns {{ numbers: number[], low: string }} the numbers in front of the first wildcard, and the smallest version
 */
function readPartial(text) {
  const match = SHORT.exec(text);
  if (match === null) {
    const { major, minor, patch } = parse(text);
    return { numbers: [major, minor, patch], low: text };
  }
  const given = match.slice(1);
  const wildcard = given.findIndex((part) => part === undefined || !/^\d+$/.test(part));
  const numbers = (wildcard < 0 ? given : given.slice(0, wildcard)).map(readNumber);
  return { numbers, low: [...numbers, 0, 0, 0].slice(0, 3).join('.') };
}

/**
 * The first version behind all those that begin with the same numbers.
 *
 * @param {number[]} numbers one, two or three numbers
 * @returns {string} the version, without a pre-release
 */
function behind(numbers) {
  const next = [...numbers];
  next[next.length - 1]++;
  return [...next, 0, 0].slice(0, 3).join('.');
}

/**
 * The numbers that a caret keeps: up to the first one that is not 0.
 *
 * @param {number[]} numbers the numbers of the version
 * @returns {number[]} the numbers that stay
 */
function keptByCaret(numbers) {
  const first = numbers.findIndex((number) => number > 0);
  return first < 0 ? numbers : numbers.slice(0, first + 1);
}

/**
 * Reads one comparator.
 *
 * @param {string} text the comparator
 * @returns {{ operator: string, version: string }[]} the simple comparators that it stands for
 */
function readComparator(text) {
  const match = COMPARATOR.exec(text);
  if (match === null) {
    throw new SyntaxError(`${text} is not a comparator.`);
  }
  const [, operator, version] = match;
  const { numbers, low } = readPartial(version);
  if (numbers.length === 0) {
    return operator === '<' || operator === '>' ? NONE : ANY;
  }
  const from = { operator: '>=', version: low };
  const whole = numbers.length === 3;
  switch (operator) {
    case '^':
      return [from, { operator: '<', version: `${behind(keptByCaret(numbers))}-0` }];
    case '~':
      return [from, { operator: '<', version: `${behind(numbers.slice(0, 2))}-0` }];
    case '':
    case '=':
      return whole ? [{ operator: '=', version: low }] : [from, { operator: '<', version: `${behind(numbers)}-0` }];
    case '>':
      return [whole ? { operator, version: low } : { operator: '>=', version: behind(numbers) }];
    case '<=':
      return [whole ? { operator, version: low } : { operator: '<', version: `${behind(numbers)}-0` }];
    case '<':
      return [{ operator, version: whole ? low : `${low}-0` }];
    default:
      return [from];
  }
}

/**
 * Reads one alternative of a range.
 *
 * @param {string} text the alternative, trimmed
 * @returns {{ operator: string, version: string }[]} the simple comparators that it stands for
 */
function readAlternative(text) {
  const hyphen = HYPHEN.exec(text);
  if (hyphen !== null && /^[\dxX*]/.test(hyphen[1]) && /^[\dxX*]/.test(hyphen[2])) {
    return [...readComparator(`>=${hyphen[1]}`), ...readComparator(`<=${hyphen[2]}`)];
  }
  return text === '' ? ANY : text.replace(/([<>=^~])\s+/g, '$1').split(/\s+/).flatMap(readComparator);
}

/**
 * Reads a range.
 *
 * @param {string} range the range
 * @returns {{ operator: string, version: string }[][]} alternatives; in each of them all comparators must hold
 */
function readRange(range) {
  if (typeof range !== 'string') {
    throw new SyntaxError('A range is a text.');
  }
  return range.split('||').map((alternative) => readAlternative(alternative.trim()));
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
  return versions
    .filter((version) => satisfies(version, range))
    .reduce((best, version) => (best === undefined || compare(version, best) > 0 ? version : best), undefined);
}
