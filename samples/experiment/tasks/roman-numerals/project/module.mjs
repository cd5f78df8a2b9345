// Roman numerals.
//
// The layout of books numbers prefaces and chapters in this way, and the reader of old catalogues reads the years of
// printing. Both go through this module. A wrong year in a catalogue is worse than a year that is missing.

const VALUES = new Map([
  ['M', 1000],
  ['D', 500],
  ['C', 100],
  ['L', 50],
  ['X', 10],
  ['V', 5],
  ['I', 1],
]);

const LARGEST = 3999;

/**
 * Fails unless a number can be written.
 *
 * @param {unknown} number the number
 */
function checkNumber(number) {
  if (typeof number !== 'number' || number > LARGEST) {
    throw new RangeError(`Only whole numbers from 1 to ${LARGEST} can be written.`);
  }
}

/**
 * Writes a number as a Roman numeral.
 *
 * @param {number} number a whole number from 1 to 3999
 * @returns {string} the numeral, in upper case
 */
export function toRoman(number) {
  checkNumber(number);
  let rest = number;
  let text = '';
  for (const [sign, value] of VALUES) {
    while (rest >= value) {
      text += sign;
      rest -= value;
    }
  }
  return text;
}

/**
 * The sum of the signs of a numeral; a sign in front of a greater one is subtracted.
 *
 * @param {string} text the numeral, in upper case
 * @returns {number} the sum
 */
function sumOf(text) {
  let sum = 0;
  let last = 0;
  for (const sign of [...text].reverse()) {
    const value = VALUES.get(sign) ?? 0;
    sum += value < last ? -value : value;
    last = value;
  }
  return sum;
}

/**
 * Reads a Roman numeral.
 *
 * @param {string} text the numeral
 * @returns {number} its value
 */
export function fromRoman(text) {
  return sumOf(text);
}
