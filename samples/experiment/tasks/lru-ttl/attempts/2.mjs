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

/**
 * Fails unless a value is a number greater than 0.
 *
 * @param {unknown} ttl the time to live
 */
function checkTtl(ttl) {
  if (typeof ttl !== 'number' || !(ttl > 0)) {
    throw new RangeError('ttl must be a number greater than 0.');
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
    checkTtl(ttl);
    this.#capacity = capacity;
    this.#ttl = ttl;
    this.#now = now;
  }

  /** The number of entries. */
  get size() {
    this.#sweep(this.#now());
    return this.#entries.size;
  }

  /** The value of a key, or undefined. */
  get(key) {
    const entry = this.#live(key, this.#now());
    if (entry === undefined) {
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
    return this.#live(key, this.#now()) !== undefined;
  }

  /** Stores a value; options may hold a ttl for this entry alone. Returns the cache. */
  set(key, value, { ttl = this.#ttl } = {}) {
    checkTtl(ttl);
    const now = this.#now();
    if (this.#live(key, now) !== undefined) {
      this.#entries.delete(key);
    } else if (this.#entries.size >= this.#capacity) {
      this.#makeRoom(now);
    }
    this.#entries.set(key, { value, end: now + ttl });
    return this;
  }

  /** Removes an entry; true if there was one. */
  delete(key) {
    return this.#live(key, this.#now()) !== undefined && this.#entries.delete(key);
  }

  /** Removes all entries. */
  clear() {
    this.#entries.clear();
  }

  /** The keys of all live entries, the least recently used one first. */
  keys() {
    this.#sweep(this.#now());
    return [...this.#entries.keys()];
  }

  /** A copy of the counters. */
  stats() {
    return { ...this.#stats };
  }

  /** The entry of a key if it is live; an expired one is removed. */
  #live(key, now) {
    const entry = this.#entries.get(key);
    if (entry !== undefined && now >= entry.end) {
      this.#entries.delete(key);
      this.#stats.expiries++;
      return undefined;
    }
    return entry;
  }

  /** Removes all expired entries. */
  #sweep(now) {
    for (const key of [...this.#entries.keys()]) {
      this.#live(key, now);
    }
  }

  /** Removes what is expired, and if nothing was, the entry that was used least recently. */
  #makeRoom(now) {
    this.#sweep(now);
    if (this.#entries.size >= this.#capacity) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest);
      this.#stats.evictions++;
    }
  }
}
