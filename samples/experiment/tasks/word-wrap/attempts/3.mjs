// Wraps text for the terminal.
//
// The help texts, the tables of the status command and the messages of the checks are wrapped here. The width comes from
// the terminal; where there is none (a pipe, a log) it is 80 columns.

const DEFAULT_WIDTH = 80;
const SMALLEST_WIDTH = 1;
const COLOUR = /\u001b\[[0-9;]*m/g;

/**
 * Options with their defaults.
 *
 * @param {{ width?: number, indent?: string, hanging?: string }} [options] as the caller gave them
 * @returns {{ width: number, indent: string, hanging: string }} all options
 */
function withDefaults(options = {}) {
  const width = options.width ?? DEFAULT_WIDTH;
  const indent = options.indent ?? '';
  const hanging = options.hanging ?? '';
  if (!Number.isInteger(width) || width < SMALLEST_WIDTH) {
    throw new RangeError('The width must be a whole number of at least 1.');
  }
  if (widthOf(indent) >= width || widthOf(hanging) >= width) {
    throw new RangeError('An indent must leave at least one column.');
  }
  return { width, indent, hanging };
}

/**
 * The columns that a text takes in the terminal.
 *
 * @param {string} text a text without line breaks
 * @returns {number} the number of columns
 */
export function widthOf(text) {
  return [...text.replace(COLOUR, '')].length;
}

/**
 * The beginning of a word that takes so many columns, with the colour codes that touch its end.
 *
 * @param {string} word a word
 * @param {number} columns the columns
 * @returns {string} the beginning of the word
 */
function headOf(word, columns) {
  let head = '';
  let taken = 0;
  for (const [piece] of word.matchAll(/\u001b\[[0-9;]*m|[^]/gu)) {
    const columnsOfPiece = widthOf(piece);
    if (taken + columnsOfPiece > columns) {
      break;
    }
    head += piece;
    taken += columnsOfPiece;
  }
  return head;
}

/**
 * Wraps one line of the text.
 *
 * @param {string} line a text without line breaks
 * @param {number} width the columns for each line
 * @param {string} indent in front of the first line
 * @param {string} hanging in front of the others
 * @returns {string[]} the wrapped lines
 */
function wrapLine(line, width, indent, hanging) {
  const lines = [];
  let current = '';
  const room = () => width - widthOf(lines.length === 0 ? indent : hanging);
  for (let word of line.split(' ').filter((part) => part !== '')) {
    if (current !== '') {
      if (widthOf(current) + 1 + widthOf(word) <= room()) {
        current += ` ${word}`;
        continue;
      }
      lines.push(current);
    }
    while (widthOf(word) > room()) {
      const head = headOf(word, room());
      word = word.slice(head.length);
      lines.push(head);
    }
    current = word;
  }
  lines.push(current);
  return lines.map((text, i) => (text === '' ? text : (i === 0 ? indent : hanging) + text));
}

/**
 * Wraps a text.
 *
 * @param {string} text the text
 * @param {{ width?: number, indent?: string, hanging?: string }} [options] the width and both indents
 * @returns {string} the wrapped text, without a line break at its end
 */
export function wrap(text, options) {
  const { width, indent, hanging } = withDefaults(options);
  const lines = [];
  for (const line of text.split(/\r?\n/)) {
    lines.push(...wrapLine(line, width, indent, hanging));
  }
  return lines.join('\n');
}
