// Base64url.
//
// Session tokens, the cursors of long lists and the names of stored files are bytes that have to stand in a URL. The module
// runs in the gateway and in the browser, so it uses only what both have.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The value of each character. */
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]));

/**
 * Writes up to three bytes as up to four characters.
 *
 * @param {number[]} group one, two or three bytes
 * @returns {string} two, three or four characters
 */
function encodeGroup(group) {
  const [a, b = 0, c = 0] = group;
  const bits = (a << 16) | (b << 8) | c;
  let text = '';
  for (let shift = 18; shift >= 0; shift -= 6) {
    text += ALPHABET[(bits >> shift) & 63];
  }
  return text.slice(0, group.length + 1);
}

/**
 * Encodes bytes.
 *
 * @param {Uint8Array} bytes the bytes
 * @returns {string} the text
 */
export function encode(bytes) {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError('encode wants a Uint8Array.');
  }
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    text += encodeGroup([...bytes.slice(at, at + 3)]);
  }
  return text;
}

/**
 * Checks the characters, the padding and the length of a text.
 *
 * @param {string} text the text
 * @returns {string} the text without its padding
 */
function withoutPadding(text) {
  const body = text.replace(/=+$/, '');
  for (let at = 0; at < body.length; at++) {
    if (!VALUES.has(body[at])) {
      throw new SyntaxError(`A character outside of the alphabet stands at ${at}.`);
    }
  }
  const padding = text.length - body.length;
  if (padding > 0 && (padding > 2 || text.length % 4 !== 0)) {
    throw new SyntaxError('The padding is not complete.');
  }
  if (body.length % 4 === 1) {
    throw new SyntaxError(`A text cannot have ${body.length} characters.`);
  }
  return body;
}

/**
 * Decodes a text.
 *
 * @param {string} text the text
 * @returns {Uint8Array} the bytes
 */
export function decode(text) {
  if (typeof text !== 'string') {
    throw new TypeError('decode wants a string.');
  }
  const body = withoutPadding(text);
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4));
  let written = 0;
  let bits = 0;
  let count = 0;
  for (let at = 0; at < body.length; at++) {
    bits = ((bits << 6) | VALUES.get(body[at])) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[written++] = (bits >> count) & 255;
    }
  }
  if ((bits & ((1 << count) - 1)) !== 0) {
    throw new SyntaxError('The bits that are left over are not zero.');
  }
  return bytes;
}

/** Encodes a text. */
export function encodeText(text) {
  if (typeof text !== 'string') {
    throw new TypeError('encodeText wants a string.');
  }
  if (!text.isWellFormed()) {
    throw new RangeError('Half of a surrogate pair has no UTF-8 bytes.');
  }
  return encode(new TextEncoder().encode(text));
}

/** Decodes to a text. */
export function decodeText(text) {
  const bytes = decode(text);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SyntaxError('The bytes are no UTF-8.');
  }
}
