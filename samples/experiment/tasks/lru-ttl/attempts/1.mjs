// A bounded cache in memory.
//
// Prices, exchange rates and access decisions are kept here for a short time, so that a crowd of requests asks the store
// behind it once. A Map keeps its entries in the order of insertion; the cache builds on that.

const DEFAULT_CAPACITY = 100;

/**
 * Fails unless a value is a whole number of at least 1.
 *
 * @param {unknown} value the value
 * @param {string} name its name in the message
 */
function checkCount(value, name) {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`${name} must be a whole number of at least 1.`);
  }
}

/** A cache of at most so many entries. */
export class Cache {
  #entries = new Map();
  #capacity;
  #ttl;
  #now;
  #stats = { hits: 0, misses: 0, evictions: 0, expiries: 0 };

  /**
   * @param {{ capacity?: number, ttl?: number, now?: () => number }} [options] the number of entries, the default time to
   * live in milliseconds, and the clock
   */
  constructor({ capacity = DEFAULT_CAPACITY, ttl = Infinity, now = Date.now } = {}) {
    checkCount(capacity, 'capacity');
    this.#capacity = capacity;
    this.#ttl = ttl;
    this.#now = now;
  }

  /** The number of entries. */
  get size() {
    return this.#entries.size;
  }

  /** The value of a key, or undefined. */
  get(key) {
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#stats.misses++;
      return undefined;
    }
    if (this.#now() >= entry.end) {
      this.#entries.delete(key);
      this.#stats.expiries++;
      this.#stats.misses++;
      return undefined;
    }
    this.#stats.hits++;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Whether a key has a value. */
  has(key) {
    const entry = this.#entries.get(key);
    return entry !== undefined && this.#now() < entry.end;
  }

  /** Stores a value; options may hold a ttl for this entry alone. Returns the cache. */
  set(key, value, { ttl = this.#ttl } = {}) {
    this.#entries.set(key, { value, end: this.#now() + ttl });
    if (this.#entries.size > this.#capacity) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest);
      this.#stats.evictions++;
    }
    return this;
  }

  /** Removes an entry; true if there was one. */
  delete(key) {
    return this.#entries.delete(key);
  }

  /** Removes all entries. */
  clear() {
    this.#entries.clear();
  }

  /** All keys. */
  keys() {
    return [...this.#entries.keys()];
  }

  /** A copy of the counters. */
  stats() {
    return { ...this.#stats };
  }
}
