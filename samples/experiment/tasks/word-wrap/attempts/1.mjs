// Wraps text for the terminal.
//
// The help texts, the tables of the status command and the messages of the checks are wrapped here. The width comes from
// the terminal; where there is none (a pipe, a log) it is 80 columns.

const DEFAULT_WIDTH = 80;
const SMALLEST_WIDTH = 1;

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
  return { width, indent, hanging };
}

/**
 * The columns that a text takes in the terminal.
 *
 * @param {string} text a text without line breaks
 * @returns {number} the number of columns
 */
export function widthOf(text) {
  return text.length;
}

/**
 * Wraps one line of the text.
 *
 * @param {string} line a text without line breaks
 * @param {number} width the columns for each line
 * @returns {string[]} the wrapped lines
 */
function wrapLine(line, width) {
  const lines = [];
  let current = '';
  for (const word of line.split(' ').filter((part) => part !== '')) {
    if (current === '') {
      current = word;
    } else if (widthOf(current) + 1 + widthOf(word) <= width) {
      current += ` ${word}`;
    } else {
      lines.push(current);
      current = word;
    }
  }
  lines.push(current);
  return lines;
}

/**
 * Wraps a text.
 *
 * @param {string} text the text
 * @param {{ width?: number, indent?: string, hanging?: string }} [options] the width and both indents
 * @returns {string} the wrapped text, without a line break at its end
 */
export function wrap(text, options) {
  const { width, indent } = withDefaults(options);
  const lines = [];
  for (const line of text.split(/\r?\n/)) {
    lines.push(...wrapLine(line, width));
  }
  return indent + lines.join('\n');
}
