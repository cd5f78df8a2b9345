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
  return isContainer(value) && Object.hasOwn(value, token) ? value[token] : undefined;
}

/**
 * Copies an object or an array, one level deep.
 *
 * @param {object} container the object or the array
 * @returns {object} the copy
 */
function copyOf(container) {
  return container;
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
  const last = tokens.pop();
  const parent = copyOf(tokens.reduce(step, document));
  parent[last] = value;
  return document;
}

/** The document without the value that a pointer leads to. */
export function removeAt(document, pointer) {
  const tokens = parse(pointer);
  const last = tokens.pop();
  const parent = copyOf(tokens.reduce(step, document));
  delete parent[last];
  return document;
}
