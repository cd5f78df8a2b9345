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
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const next = right.indexOf(left[i], j);
    if (i < left.length && next >= 0) {
      right.slice(j, next).forEach((line) => push(edits, 'insert', line));
      push(edits, 'keep', left[i]);
      i++;
      j = next + 1;
    } else if (i < left.length) {
      push(edits, 'remove', left[i++]);
    } else {
      push(edits, 'insert', right[j++]);
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
