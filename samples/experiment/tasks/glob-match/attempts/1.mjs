// Glob patterns for paths.
//
// The ignore file, the watch list and the path rules of the policy are written with these patterns. A pattern is compiled
// to a regular expression once and kept, because the watcher asks for thousands of paths.

const KEPT = 200;
const kept = new Map();

/**
 * Escapes a character for a regular expression.
 *
 * @param {string} character one character
 * @returns {string} its source in a regular expression
 */
function literal(character) {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

/**
 * Translates a pattern.
 *
 * @param {string} pattern the glob pattern
 * @returns {string} the source of a regular expression
 */
function translate(pattern) {
  let source = '';
  let at = 0;
  while (at < pattern.length) {
    const character = pattern[at];
    if (pattern.startsWith('**', at)) {
      source += '.*';
      at++;
    } else if (character === '*') {
      source += '[^/]*';
    } else if (character === '?') {
      source += '[^/]';
    } else if (character === '\\') {
      at++;
      source += literal(pattern[at] ?? '');
    } else {
      source += literal(character);
    }
    at++;
  }
  return source;
}

/**
 * Compiles a pattern.
 *
 * @param {string} pattern the glob pattern
 * @returns {(path: string) => boolean} a function that says whether a path matches
 */
export function compile(pattern) {
  if (typeof pattern !== 'string' || pattern === '') {
    throw new TypeError('A pattern is a string that is not empty.');
  }
  const expression = new RegExp(`^(?:${translate(pattern)})$`, 'su');
  return (path) => expression.test(path);
}

/**
 * Whether a path matches a pattern. The compiled patterns are kept.
 *
 * @param {string} pattern the glob pattern
 * @param {string} path the path, with slashes
 * @returns {boolean} true if it matches
 */
export function match(pattern, path) {
  let test = kept.get(pattern);
  if (test === undefined) {
    test = compile(pattern);
    if (kept.size >= KEPT) {
      kept.clear();
    }
    kept.set(pattern, test);
  }
  return test(path);
}
