// JSON pointers.
//
// The policy names the fields that an agent may write, and the audit log names the fields that were written. Both do it by
// pointers such as '/gate/reviewers/0'. Documents are values that came out of JSON.parse.

/**
 * Splits a pointer.
 *
 * @param {string} pointer the pointer
 * @returns {string[]} its tokens
 */
function parse(pointer) {
  if (typeof pointer !== 'string') {
    throw new TypeError('A pointer is a string.');
  }
  if (!/^(\/|$)/.test(pointer) || /~(?![01])/.test(pointer)) {
    throw new SyntaxError(`${JSON.stringify(pointer)} is not a JSON pointer.`);
  }
  return pointer.split('/').slice(1).map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * Whether a value has keys or elements.
 *
 * @param {unknown} value the value
 * @returns {boolean} true for objects and arrays
 */
function isContainer(value) {
  return typeof value === 'object' && value !== null;
}

/**
 * One step down.
 *
 * @param {unknown} value an object or an array
 * @param {string} token the key or the index
 * @returns {unknown} the value below, or undefined
 */
function step(value, token) {
  if (Array.isArray(value)) {
    return isIndex(token) ? value[Number(token)] : undefined;
  }
  return isContainer(value) && Object.hasOwn(value, token) ? value[token] : undefined;
}

/**
 * Whether a token is written as an index.
 *
 * @param {string} token the token
 * @returns {boolean} true for 0 and for digits without a zero in front
 */
function isIndex(token) {
  return /^(0|[1-9]\d*)$/.test(token);
}

/**
 * Copies an object or an array, one level deep.
 *
 * @param {object} container the object or the array
 * @returns {object} the copy
 */
function copyOf(container) {
  return Array.isArray(container) ? [...container] : { ...container };
}

/**
 * Copies all that lies on a path and changes its end.
 *
 * @param {unknown} value the value at the beginning of the path
 * @param {string[]} tokens the whole path
 * @param {number} depth how many steps were taken
 * @param {(parent: object, token: string) => void} change changes the copy of the last object or array
 * @returns {unknown} the new value
 */
function along(value, tokens, depth, change) {
  if (!isContainer(value)) {
    throw new RangeError(`${format(tokens.slice(0, depth))} leads nowhere.`);
  }
  const copy = copyOf(value);
  const token = tokens[depth];
  if (depth === tokens.length - 1) {
    change(copy, token);
  } else {
    const below = along(step(value, token), tokens, depth + 1, change);
    Object.defineProperty(copy, token, { value: below, writable: true, enumerable: true, configurable: true });
  }
  return copy;
}

/** Joins tokens to a pointer. */
export function format(tokens) {
  return tokens.map((token) => `/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The value that a pointer leads to, or undefined. */
export function get(document, pointer) {
  return parse(pointer).reduce(step, document);
}

/** The document with a value at the place that a pointer leads to. */
export function set(document, pointer, value) {
  const tokens = parse(pointer);
  if (tokens.length === 0) {
    return value;
  }
  return along(document, tokens, 0, (parent, token) => {
    if (!Array.isArray(parent)) {
      Object.defineProperty(parent, token, { value, writable: true, enumerable: true, configurable: true });
    } else if (token === '-' || (isIndex(token) && Number(token) <= parent.length)) {
      parent[token === '-' ? parent.length : Number(token)] = value;
    } else {
      throw new RangeError(`${pointer} is no place in the array.`);
    }
  });
}

/** The document without the value that a pointer leads to. */
export function removeAt(document, pointer) {
  const tokens = parse(pointer);
  if (tokens.length === 0) {
    throw new RangeError('A document cannot be removed from itself.');
  }
  if (get(document, pointer) === undefined) {
    return document;
  }
  return along(document, tokens, 0, (parent, token) => {
    if (Array.isArray(parent)) {
      parent.splice(Number(token), 1);
    } else {
      delete parent[token];
    }
  });
}
