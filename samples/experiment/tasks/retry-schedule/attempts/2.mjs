// Repeats calls that failed.
//
// All calls to other services go through this module: the price source, the mailer, the store of documents. A service that is
// in trouble must not be asked in a loop, and a thousand clients must not come back in the same moment.

const DEFAULTS = { first: 100, largest: 10_000, attempts: 5, jitter: true, random: Math.random };

/**
 * Options with their defaults.
 *
 * @param {object} [options] as the caller gave them
 * @returns {object} all options
 */
function withDefaults(options = {}) {
  const all = { ...DEFAULTS, ...options };
  for (const name of ['first', 'largest', 'attempts']) {
    if (typeof all[name] !== 'number') {
      throw new RangeError(`${name} must be a number.`);
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
  const { sleep = wait, isFinal = () => false, deadline = Infinity, now = Date.now } = options ?? {};
  const pauses = delays(options);
  for (let attempt = 1; ; attempt++) {
    try {
      return await call(attempt);
    } catch (error) {
      const { value: pause, done } = pauses.next();
      if (done || isFinal(error) || now() + pause > deadline) {
        throw error;
      }
      await sleep(Math.min(Math.max(pause, error.retryAfter ?? 0), options.largest ?? DEFAULTS.largest));
    }
  }
}
