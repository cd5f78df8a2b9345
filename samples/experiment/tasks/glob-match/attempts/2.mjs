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
 * Translates a class.
 *
 * @param {string} pattern the glob pattern
 * @param {number} start where its opening bracket stands
 * @returns {{ source: string, end: number }} the source and the index of the closing bracket
 */
function translateClass(pattern, start) {
  const negated = pattern[start + 1] === '!';
  const from = start + (negated ? 2 : 1);
  const end = pattern.indexOf(']', from + 1);
  if (end < 0) {
    throw new SyntaxError('A class is never closed.');
  }
  const set = pattern.slice(from, end).replace(/[\\\]^[]/g, '\\$&');
  return { source: negated ? `[^/${set}]` : `(?!/)[${set}]`, end };
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
    if (character === '*') {
      const run = /^\*+/.exec(pattern.slice(at))[0].length;
      const whole = run === 2 && (at === 0 || pattern[at - 1] === '/');
      const behind = pattern[at + run];
      at += run - 1;
      if (whole && behind === '/') {
        source += '(?:[^/]+/)*';
        at++;
      } else if (whole && behind === undefined) {
        source += at === 1 ? '.*' : '[^/]+(?:/[^/]+)*';
      } else {
        source += '[^/]*';
      }
    } else if (character === '[') {
      const { source: set, end } = translateClass(pattern, at);
      source += set;
      at = end;
    } else if (character === '{') {
      source += '(?:';
    } else if (character === '}') {
      source += ')';
    } else if (character === ',') {
      source += '|';
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
