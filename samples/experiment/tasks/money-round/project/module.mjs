// Amounts of money.
//
// Invoices, fees and the yearly settlement are calculated here. An amount is a decimal string such as '12.50', as it stands in
// the database and in the messages of the bank; it never has a currency with it. Numbers are for counting, not for money.

const AMOUNT = /^-?\d+(\.\d+)?$/;
const CENTS = 2;

/**
 * Reads an amount.
 *
 * @param {string} text the amount
 * @returns {number} its value
 */
function read(text) {
  if (typeof text !== 'string' || !AMOUNT.test(text)) {
    throw new RangeError(`${JSON.stringify(text)} is not an amount.`);
  }
  return Number(text);
}

/**
 * Rounds an amount.
 *
 * @param {string} amount the amount
 * @param {number} [digits] the digits behind the point
 * @returns {string} the rounded amount
 */
export function round(amount, digits = CENTS) {
  return read(amount).toFixed(digits);
}

/**
 * Adds two amounts.
 *
 * @param {string} a the first amount
 * @param {string} b the second amount
 * @returns {string} the sum, with as many digits as the longer one has
 */
export function add(a, b) {
  const digits = Math.max(digitsOf(a), digitsOf(b));
  return (read(a) + read(b)).toFixed(digits);
}

/**
 * The digits behind the point.
 *
 * @param {string} amount the amount
 * @returns {number} their number
 */
function digitsOf(amount) {
  const at = String(amount).indexOf('.');
  return at < 0 ? 0 : amount.length - at - 1;
}

/**
 * Splits an amount in cents by weights.
 *
 * @param {string} amount the amount
 * @param {number[]} weights one whole number for each part
 * @returns {string[]} the parts
 */
export function split(amount, weights) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => ((read(amount) * weight) / total).toFixed(CENTS));
}
