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
  return text.split('');
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
 * @returns {number} the distance
 */
export function distance(a, b, bound = Infinity) {
  const left = unitsOf(a);
  const right = unitsOf(b);
  const table = [Array.from({ length: right.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= left.length; i++) {
    table.push([i]);
    for (let j = 1; j <= right.length; j++) {
      const replaced = table[i - 1][j - 1] + (left[i - 1] === right[j - 1] ? 0 : 1);
      table[i].push(cheapest(table[i - 1][j] + 1, table[i][j - 1] + 1, replaced));
    }
  }
  return table[left.length][right.length];
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
    if (d <= bestDistance) {
      best = candidate;
      bestDistance = d;
    }
  }
  return best;
}
