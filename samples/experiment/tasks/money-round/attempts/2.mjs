// Amounts of money.
//
// Invoices, fees and the yearly settlement are calculated here. An amount is a decimal string such as '12.50', as it stands in
// the database and in the messages of the bank; it never has a currency with it. Numbers are for counting, not for money.

const AMOUNT = /^-?\d+(\.\d+)?$/;
const CENTS = 2;

/**
 * Reads an amount as a whole number of its smallest unit.
 *
 * @param {string} text the amount
 * @returns {{ units: bigint, digits: number }} the units and the digits behind the point
 */
function read(text) {
  if (typeof text !== 'string' || !AMOUNT.test(text)) {
    throw new RangeError(`${JSON.stringify(text)} is not an amount.`);
  }
  return { units: BigInt(text.replace('.', '')), digits: digitsOf(text) };
}

/**
 * Writes a whole number of units as an amount.
 *
 * @param {bigint} units the units
 * @param {number} digits the digits behind the point
 * @returns {string} the amount
 */
function write(units, digits) {
  const text = String(units < 0n ? -units : units).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const sign = units < 0n ? '-' : '';
  return digits === 0 ? sign + whole : `${sign}${whole}.${text.slice(text.length - digits)}`;
}

/**
 * Divides two whole numbers; a half goes to the even neighbour.
 *
 * @param {bigint} units the number to divide
 * @param {bigint} by the divisor, greater than 0
 * @returns {bigint} the quotient
 */
function divideEven(units, by) {
  const sign = units < 0n ? -1n : 1n;
  const positive = units * sign;
  const quotient = positive / by;
  const twice = (positive % by) * 2n;
  const up = twice > by || (twice === by && quotient % 2n === 1n);
  return sign * (up ? quotient + 1n : quotient);
}

/**
 * An amount in units of so many digits.
 *
 * @param {string} amount the amount
 * @param {number} digits the digits behind the point
 * @returns {bigint} the units, rounded
 */
function unitsOf(amount, digits) {
  const read_ = read(amount);
  return read_.digits <= digits
    ? read_.units * 10n ** BigInt(digits - read_.digits)
    : divideEven(read_.units, 10n ** BigInt(read_.digits - digits));
}

/**
 * Rounds an amount.
 *
 * @param {string} amount the amount
 * @param {number} [digits] the digits behind the point
 * @returns {string} the rounded amount
 */
export function round(amount, digits = CENTS) {
  if (!Number.isInteger(digits) || digits < 0 || digits > 20) {
    throw new RangeError('digits must be a whole number from 0 to 20.');
  }
  return write(unitsOf(amount, digits), digits);
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
  return write(unitsOf(a, digits) + unitsOf(b, digits), digits);
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
  if (!weights.every((weight) => Number.isInteger(weight) && weight >= 0) || !weights.some((weight) => weight > 0)) {
    throw new RangeError('weights must be whole numbers that are not negative, and one of them greater than 0.');
  }
  const total = BigInt(weights.reduce((sum, weight) => sum + weight, 0));
  const signed = unitsOf(amount, CENTS);
  const sign = signed < 0n ? -1n : 1n;
  const units = signed * sign;
  const shares = weights.map((weight, index) => {
    const exact = (units * BigInt(weight) * 100n) / total;
    return { index, cents: exact / 100n, remainder: Number(exact % 100n) };
  });
  const left = units - shares.reduce((sum, share) => sum + share.cents, 0n);
  const byRemainder = [...shares].sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const share of byRemainder.slice(0, Number(left))) {
    share.cents++;
  }
  return shares.map((share) => write(share.cents * sign, CENTS));
}
