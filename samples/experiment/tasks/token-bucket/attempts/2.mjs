// A token bucket.
//
// The gateway limits the calls of each customer, and the mailer limits its own calls to a provider. Both hold one bucket for each
// limit. A bucket starts full, so that a customer who comes back after a while may make a number of calls at once.

const SECOND = 1000;
const TOLERANCE = 1e-9;

/**
 * Fails unless a value is a number greater than 0 and finite.
 *
 * @param {unknown} value the value
 * @param {string} name its name in the message
 */
function checkPositive(value, name) {
  if (typeof value !== 'number' || !(value > 0) || value === Infinity) {
    throw new RangeError(`${name} must be a number greater than 0.`);
  }
}

/** A bucket of tokens that fills at a steady rate. */
export class TokenBucket {
  #capacity;
  #perSecond;
  #now;
  #tokens;
  #filledAt;

  /**
   * @param {{ capacity: number, perSecond: number, now?: () => number }} options the most tokens it can hold, the tokens that
   * flow in within a second, and the clock in milliseconds
   */
  constructor({ capacity, perSecond, now = Date.now }) {
    checkPositive(capacity, 'capacity');
    checkPositive(perSecond, 'perSecond');
    this.#capacity = capacity;
    this.#perSecond = perSecond;
    this.#now = now;
    this.#tokens = capacity;
    this.#filledAt = now();
  }

  /** The most tokens that the bucket can hold. */
  get capacity() {
    return this.#capacity;
  }

  /** The tokens that it holds at the moment. */
  get available() {
    this.#fill();
    return this.#tokens;
  }

  /**
   * Takes tokens out.
   *
   * @param {number} [n] how many
   * @returns {boolean} true if they were taken
   */
  take(n = 1) {
    this.#fill();
    checkPositive(n, 'n');
    if (n > this.#capacity || this.#tokens + TOLERANCE < n) {
      return false;
    }
    this.#tokens = Math.max(0, this.#tokens - n);
    return true;
  }

  /**
   * How long to wait for tokens.
   *
   * @param {number} [n] how many
   * @returns {number} milliseconds
   */
  waitFor(n = 1) {
    this.#fill();
    checkPositive(n, 'n');
    if (n > this.#capacity) {
      return Infinity;
    }
    const missing = n - this.#tokens - TOLERANCE;
    return missing <= 0 ? 0 : Math.ceil((missing / this.#perSecond) * SECOND);
  }

  /** Lets the tokens flow in that are due since the last call. */
  #fill() {
    const now = this.#now();
    const seconds = Math.max(0, now - this.#filledAt) / SECOND;
    this.#tokens = Math.min(this.#capacity, this.#tokens + seconds * this.#perSecond);
    this.#filledAt = now;
  }
}
