// Repeats calls that failed.
//
// All calls to other services go through this module: the price source, the mailer, the store of documents. A service that is
// in trouble must not be asked in a loop, and a thousand clients must not come back in the same moment.

const DEFAULTS = {
  first: 100,
  largest: 10_000,
  attempts: 5,
  jitter: true,
  random: Math.random,
  isFinal: () => false,
  deadline: Infinity,
  now: Date.now,
  sleep: wait,
};

/** The rule of each option that is a number. */
const RULES = {
  first: (value) => Number.isFinite(value) && value >= 0,
  largest: (value, { first }) => Number.isFinite(value) && value >= first,
  attempts: (value) => Number.isInteger(value) && value >= 1,
};

/**
 * Options with their defaults.
 *
 * @param {object} [options] as the caller gave them
 * @returns {object} all options
 */
function withDefaults(options = {}) {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const all = { ...DEFAULTS, ...Object.fromEntries(given) };
  for (const [name, holds] of Object.entries(RULES)) {
    if (!holds(all[name], all)) {
      throw new RangeError(`${name} must not be ${all[name]}.`);
    }
  }
  return all;
}

/**
 * Waits.
 *
 * @param {number} ms how many milliseconds
 * @returns {Promise<void>} done when they are over
 */
function wait(ms) {
  return new Promise((done) => {
    setTimeout(done, ms);
  });
}

/**
 * Draws one pause.
 *
 * @param {number} pause the whole pause
 * @param {{ jitter: boolean, random: () => number }} options whether to draw, and the source of chance
 * @returns {number} the pause to take
 */
function draw(pause, { jitter, random }) {
  return jitter ? pause / 2 + (random() * pause) / 2 : pause;
}

/**
 * How long to pause behind an error.
 *
 * @param {number} pause the pause that is due
 * @param {unknown} error the error, perhaps with a hint
 * @returns {number} the longer one of both
 */
function withHint(pause, error) {
  const hint = error?.retryAfter;
  return Number.isFinite(hint) && hint > pause ? hint : pause;
}

/**
 * The pauses between attempts.
 *
 * @param {object} [options] first, largest, attempts, jitter, random
 * @yields {number} milliseconds
 */
export function* delays(options) {
  const all = withDefaults(options);
  let pause = all.first;
  for (let attempt = 1; attempt < all.attempts; attempt++) {
    yield draw(pause, all);
    pause = Math.min(pause * 2, all.largest);
  }
}

/**
 * Calls until it succeeds.
 *
 * @param {(attempt: number) => unknown} call the call; it is given the number of the attempt, from 1
 * @param {object} [options] those of delays, and more
 * @returns {Promise<unknown>} what the call returned
 */
export async function retry(call, options) {
  const { sleep, isFinal, deadline, now } = withDefaults(options);
  const pauses = delays(options);
  for (let attempt = 1; ; attempt++) {
    try {
      return await call(attempt);
    } catch (error) {
      if (isFinal(error)) {
        throw error;
      }
      const { value, done } = pauses.next();
      const pause = done ? 0 : withHint(value, error);
      if (done || now() + pause > deadline) {
        throw error;
      }
      await sleep(pause);
    }
  }
}
