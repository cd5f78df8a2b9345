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

const PAIRS = [
  ['CM', 900],
  ['CD', 400],
  ['XC', 90],
  ['XL', 40],
  ['IX', 9],
  ['IV', 4],
];

const STEPS = [...VALUES, ...PAIRS].sort((a, b) => b[1] - a[1]);

const LARGEST = 3999;

/**
 * Whether a number can be written.
 *
 * @param {unknown} number the number
 * @returns {boolean} true for whole numbers from 1 to 3999
 */
function inRange(number) {
  return Number.isInteger(number) && number >= 1 && number <= LARGEST;
}

/**
 * Fails unless a number can be written.
 *
 * @param {unknown} number the number
 */
function checkNumber(number) {
  if (!inRange(number)) {
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
  for (const [sign, value] of STEPS) {
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
    const value = VALUES.get(sign);
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
  if (typeof text !== 'string') {
    throw new TypeError('A numeral is a string.');
  }
  if (text === '') {
    throw new SyntaxError('A numeral has at least one sign.');
  }
  for (const character of text) {
    if (!/^[IVXLCDMivxlcdm]$/.test(character)) {
      throw new SyntaxError(`"${character}" is no sign of a numeral.`);
    }
  }
  const upper = text.toUpperCase();
  const sum = sumOf(upper);
  if (!inRange(sum)) {
    throw new SyntaxError(`Numerals go from 1 to ${LARGEST} only.`);
  }
  const right = toRoman(sum);
  if (text !== right && text !== right.toLowerCase()) {
    throw new SyntaxError(`This numeral is not written by the rules: ${sum} is ${right}.`);
  }
  return sum;
}
