// Base64url.
//
// Session tokens, the cursors of long lists and the names of stored files are bytes that have to stand in a URL. The module
// runs in the gateway and in the browser, so it uses only what both have.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PADDING = '=';

/** The value of each character. */
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]));

/**
 * Writes up to three bytes as up to four characters.
 *
 * @param {number[]} group one, two or three bytes
 * @returns {string} four characters, padded
 */
function encodeGroup(group) {
  const [a, b = 0, c = 0] = group;
  const bits = (a << 16) | (b << 8) | c;
  let text = '';
  for (let shift = 18; shift >= 0; shift -= 6) {
    text += ALPHABET[(bits >> shift) & 63];
  }
  return text.slice(0, group.length + 1).padEnd(4, PADDING);
}

/**
 * Encodes bytes.
 *
 * @param {Uint8Array} bytes the bytes
 * @returns {string} the text
 */
export function encode(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    text += encodeGroup([...bytes.slice(at, at + 3)]);
  }
  return text;
}

/**
 * Decodes a text.
 *
 * @param {string} text the text
 * @returns {Uint8Array} the bytes
 */
export function decode(text) {
  const bytes = [];
  let bits = 0;
  let count = 0;
  for (const character of text) {
    const value = VALUES.get(character);
    if (value === undefined) {
      continue;
    }
    bits = (bits << 6) | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push((bits >> count) & 255);
    }
  }
  return Uint8Array.from(bytes);
}

/** Encodes a text. */
export function encodeText(text) {
  return encode(Uint8Array.from([...text].map((character) => character.charCodeAt(0))));
}

/** Decodes to a text. */
export function decodeText(text) {
  return String.fromCharCode(...decode(text));
}
