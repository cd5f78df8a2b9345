// Compares texts line by line.
//
// The review shows the changes of an agent, the audit log keeps them, and a patch is sent instead of the whole text where both
// sides know the old one. All three use the same list of edits.

/**
 * Splits a text into lines; each line keeps its line feed.
 *
 * @param {string} text the text
 * @returns {string[]} the lines
 */
function linesOf(text) {
  if (typeof text !== 'string') {
    throw new TypeError('Only strings can be compared.');
  }
  return text.split('\n').map((line, i, all) => (i < all.length - 1 ? `${line}\n` : line)).filter((line) => line !== '');
}

/**
 * Adds one line to a list of edits.
 *
 * @param {{ kind: string, lines: string[] }[]} edits the list
 * @param {'keep' | 'remove' | 'insert'} kind the kind of the edit
 * @param {string} line the line
 */
function push(edits, kind, line) {
  const last = edits.at(-1);
  if (last?.kind === kind) {
    last.lines.push(line);
  } else {
    edits.push({ kind, lines: [line] });
  }
}

const KINDS = new Set(['keep', 'remove', 'insert']);

/**
 * The lengths of the longest common subsequences of all ends of two lists.
 *
 * @param {string[]} left the first list
 * @param {string[]} right the second list
 * @returns {Uint32Array[]} the length for each pair of beginnings
 */
function tableOf(left, right) {
  const table = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      table[i][j] = left[i] === right[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}

/**
 * Compares two texts.
 *
 * @param {string} before the old text
 * @param {string} after the new text
 * @returns {{ kind: string, lines: string[] }[]} the edits that turn one into the other
 */
export function diff(before, after) {
  const left = linesOf(before);
  const right = linesOf(after);
  const edits = [];
  let prefix = 0;
  while (prefix < left.length && prefix < right.length && left[prefix] === right[prefix]) {
    prefix++;
  }
  let suffix = 0;
  while (suffix < left.length - prefix && left[left.length - 1 - suffix] === right[right.length - 1 - suffix]) {
    suffix++;
  }
  left.slice(0, prefix).forEach((line) => push(edits, 'keep', line));
  compare(edits, left.slice(prefix, left.length - suffix), right.slice(prefix, right.length - suffix));
  left.slice(left.length - suffix).forEach((line) => push(edits, 'keep', line));
  return edits;
}

/**
 * Compares two lists of lines by a table.
 *
 * @param {{ kind: string, lines: string[] }[]} edits the list that the edits go to
 * @param {string[]} left the old lines
 * @param {string[]} right the new lines
 */
function compare(edits, left, right) {
  const table = tableOf(left, right);
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    if (i < left.length && left[i] === right[j]) {
      push(edits, 'keep', left[i]);
      i++;
      j++;
    } else if (i < left.length && (j === right.length || table[i + 1][j] >= table[i][j + 1])) {
      push(edits, 'remove', left[i++]);
    } else {
      push(edits, 'insert', right[j++]);
    }
  }
}

/**
 * Applies edits.
 *
 * @param {string} before the old text
 * @param {{ kind: string, lines: string[] }[]} edits the edits
 * @returns {string} the new text
 */
export function apply(before, edits) {
  if (!edits.every(({ kind }) => KINDS.has(kind))) {
    throw new TypeError('An edit of an unknown kind.');
  }
  const lines = linesOf(before);
  let at = 0;
  for (const line of edits.filter(({ kind }) => kind !== 'insert').flatMap((edit) => edit.lines)) {
    if (lines[at] !== line) {
      throw new Error(`The edits do not fit: line ${at + 1} differs.`);
    }
    at++;
  }
  if (at < lines.length) {
    throw new Error(`The edits do not fit: line ${at + 1} is too many.`);
  }
  return edits.filter(({ kind }) => kind !== 'remove').flatMap(({ lines }) => lines).join('');
}

/**
 * Counts lines.
 *
 * @param {{ kind: string, lines: string[] }[]} edits the edits
 * @returns {{ kept: number, removed: number, inserted: number }} the number of lines of each kind
 */
export function stats(edits) {
  const count = (wanted) => edits.filter(({ kind }) => kind === wanted).reduce((sum, { lines }) => sum + lines.length, 0);
  return { kept: count('keep'), removed: count('remove'), inserted: count('insert') };
}
