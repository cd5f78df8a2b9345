// How far two words are apart: the number of characters to insert, to delete or to replace.
//
// The command line uses it to suggest a command after a typing error, the import uses it to find customers that were
// entered twice. The first compares short words, the second long ones, but with a small bound.

/**
 * The units that are compared.
 *
 * @param {string} text a text
 * @returns {string[]} its units
 */
function unitsOf(text) {
  if (typeof text !== 'string') {
    throw new TypeError('Only strings can be compared.');
  }
  return [...text];
}

/**
 * The bound as a whole number.
 *
 * @param {number} bound as the caller gave it
 * @returns {number} its floor
 */
function checkBound(bound) {
  if (typeof bound !== 'number' || !(bound >= 0)) {
    throw new RangeError('The bound must be a number that is not negative.');
  }
  return Math.floor(bound);
}

/**
 * The cheapest of the three ways into a cell of the table.
 *
 * @param {number} deleted the cost if a unit of the first text is deleted
 * @param {number} inserted the cost if a unit of the second text is inserted
 * @param {number} replaced the cost if a unit is replaced, or kept
 * @returns {number} the smallest
 */
function cheapest(deleted, inserted, replaced) {
  return Math.min(deleted, inserted, replaced);
}

/**
 * The distance of two texts.
 *
 * @param {string} a the first text
 * @param {string} b the second text
 * @param {number} [bound] the largest distance that is of interest
 * @returns {number} the distance; Infinity if it is greater than the bound
 */
export function distance(a, b, bound = Infinity) {
  const left = unitsOf(a);
  const right = unitsOf(b);
  const limit = checkBound(bound);
  if (Math.abs(left.length - right.length) > limit) {
    return Infinity;
  }
  let row = Array.from({ length: right.length + 2 }, (_, j) => (j <= limit ? j : Infinity));
  let next = new Array(right.length + 2).fill(Infinity);
  for (let i = 1; i <= left.length; i++) {
    const from = Math.max(1, i - limit);
    const to = Math.min(right.length, i + limit);
    next[from - 1] = from === 1 ? i : Infinity;
    next[to + 1] = Infinity;
    for (let j = from; j <= to; j++) {
      const replaced = row[j - 1] + (left[i - 1] === right[j - 1] ? 0 : 1);
      next[j] = cheapest(row[j] + 1, next[j - 1] + 1, replaced);
    }
    if (next[Math.min(i, right.length)] > limit) {
      return Infinity;
    }
    [row, next] = [next, row];
  }
  return row[right.length] <= limit ? row[right.length] : Infinity;
}

/**
 * The word of a list that is nearest to a given one.
 *
 * @param {string} word the word that was typed
 * @param {Iterable<string>} words all words that there are
 * @param {number} [bound] the largest distance that is of interest
 * @returns {string | undefined} the nearest word
 */
export function closest(word, words, bound = Infinity) {
  let best;
  let bestDistance = Infinity;
  for (const candidate of words) {
    const d = distance(word, candidate, bound);
    if (d === 0) {
      return candidate;
    }
    if (d < bestDistance) {
      best = candidate;
      bestDistance = d;
    }
  }
  return best;
}
