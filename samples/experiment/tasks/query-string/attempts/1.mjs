// The query part of a URL: text to an object and back.
//
// Part of the web layer's small tool box. It has no state and no dependencies, and it is used by the link builder
// (links.mjs), by the request logger and by the search page. All of them pass plain objects around.

const SEPARATOR = '&';
const ASSIGN = '=';

/**
 * Decodes one key or one value.
 *
 * @param {string} text as it stands in the URL
 * @returns {string} the decoded text
 */
function decode(text) {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/**
 * Encodes one key or one value.
 *
 * @param {string} text any text
 * @returns {string} the text as it may stand in a URL
 */
function encode(text) {
  return encodeURIComponent(text);
}

/**
 * Splits "key=value" at its first equals sign.
 *
 * @param {string} part one part between two ampersands
 * @returns {[string, string]} key and value, both decoded
 */
function splitPart(part) {
  const at = part.indexOf(ASSIGN);
  if (at < 0) {
    return [decode(part), ''];
  }
  return [decode(part.slice(0, at)), decode(part.slice(at + 1))];
}

/**
 * Stores one value under its key.
 *
 * @param {Record<string, string | string[]>} values all that was read so far
 * @param {string} key the decoded key
 * @param {string} value the decoded value
 */
function store(values, key, value) {
  const known = Object.hasOwn(values, key) ? values[key] : undefined;
  const next = known === undefined ? value : [].concat(known, value);
  Object.defineProperty(values, key, { value: next, writable: true, enumerable: true, configurable: true });
}

/**
 * Parses the query part of a URL.
 *
 * @param {string} text with or without the leading question mark
 * @returns {Record<string, string | string[]>} the values by key
 */
export function parse(text) {
  if (typeof text !== 'string') {
    throw new TypeError('parse wants a string.');
  }
  const values = {};
  const query = text.startsWith('?') ? text.slice(1) : text;
  for (const part of query.split(SEPARATOR)) {
    if (part === '') {
      continue;
    }
    const [key, value] = splitPart(part);
    store(values, key, value);
  }
  return values;
}

/**
 * Turns one value into parts of the form "key=value".
 *
 * @param {string} key the key as it stands in the object
 * @param {unknown} value a scalar or an array of scalars
 * @returns {string[]} the encoded parts
 */
function partsOf(key, value) {
  return [].concat(value)
    .filter((item) => item !== undefined)
    .map((item) => `${encode(key)}${ASSIGN}${encode(item === null ? '' : String(item))}`);
}

/**
 * Formats values as the query part of a URL, without the question mark.
 *
 * @param {Record<string, unknown>} values the values by key
 * @returns {string} the query
 */
export function format(values) {
  const parts = [];
  for (const key of Object.keys(values).sort()) {
    parts.push(...partsOf(key, values[key]));
  }
  return parts.join(SEPARATOR);
}
