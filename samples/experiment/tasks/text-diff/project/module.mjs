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
  return text.split('\n');
}

/**
 * Adds one line to a list of edits.
 *
 * @param {{ kind: string, lines: string[] }[]} edits the list
 * @param {'keep' | 'remove' | 'insert'} kind the kind of the edit
 * @param {string} line the line
 */
function push(edits, kind, line) {
  edits.push({ kind, lines: [line] });
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
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    if (left[i] === right[i]) {
      push(edits, 'keep', left[i]);
      continue;
    }
    if (i < left.length) {
      push(edits, 'remove', left[i]);
    }
    if (i < right.length) {
      push(edits, 'insert', right[i]);
    }
  }
  return edits;
}

/**
 * Applies edits.
 *
 * @param {string} before the old text
 * @param {{ kind: string, lines: string[] }[]} edits the edits
 * @returns {string} the new text
 */
export function apply(before, edits) {
  return edits.filter(({ kind }) => kind !== 'remove').flatMap(({ lines }) => lines).join('\n');
}

/**
 * Counts lines.
 *
 * @param {{ kind: string, lines: string[] }[]} edits the edits
 * @returns {{ kept: number, removed: number, inserted: number }} the number of lines of each kind
 */
export function stats(edits) {
  const count = (wanted) => edits.filter(({ kind }) => kind === wanted).length;
  return { kept: count('keep'), removed: count('remove'), inserted: count('insert') };
}
