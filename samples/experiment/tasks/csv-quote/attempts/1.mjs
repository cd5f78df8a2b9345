// CSV as spreadsheets write it.
//
// The importer of customers and the export of invoices both go through this module. Rows are arrays of strings; nothing
// is converted here, because only the caller knows that a column holds a date.

const DEFAULT_DELIMITER = ',';
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Options with their defaults.
 *
 * @param {{ delimiter?: string }} [options] as the caller gave them
 * @returns {{ delimiter: string }} all options
 */
function withDefaults(options = {}) {
  const delimiter = options.delimiter ?? DEFAULT_DELIMITER;
  if (typeof delimiter !== 'string' || delimiter.length !== 1 || '"\r\n'.includes(delimiter)) {
    throw new RangeError('The delimiter must be one character, and neither a quote nor a line break.');
  }
  return { delimiter };
}

/**
 * Drops the mark that some spreadsheets write in front of the first field.
 *
 * @param {string} text the whole file
 * @returns {string} the file without the mark
 */
function withoutMark(text) {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/**
 * Reads one field.
 *
 * @param {string} source the whole text
 * @param {number} start where the field begins
 * @param {string} delimiter the delimiter
 * @returns {{ value: string, end: number }} the field and the index behind it
 */
function readField(source, start, delimiter) {
  if (source[start] !== '"') {
    let end = start;
    while (end < source.length && source[end] !== delimiter && source[end] !== '\n' && !source.startsWith('\r\n', end)) {
      end++;
    }
    return { value: source.slice(start, end), end };
  }
  let value = '';
  let at = start + 1;
  while (at < source.length) {
    if (source[at] !== '"') {
      value += source[at++];
    } else if (source[at + 1] === '"') {
      value += '"';
      at += 2;
    } else {
      return { value, end: at + 1 };
    }
  }
  return { value, end: at };
}

/**
 * Reads CSV.
 *
 * @param {string} text the whole file
 * @param {{ delimiter?: string }} [options] the delimiter, a comma by default
 * @returns {string[][]} the rows
 */
export function parseCsv(text, options) {
  const { delimiter } = withDefaults(options);
  const source = withoutMark(text);
  const rows = [];
  let row = [];
  let at = 0;
  while (at < source.length) {
    const lineEnd = source.startsWith('\r\n', at) ? 2 : source[at] === '\n' ? 1 : 0;
    if (lineEnd > 0 && row.length === 0) {
      at += lineEnd;
      continue;
    }
    const { value, end } = readField(source, at, delimiter);
    row.push(value);
    at = end;
    if (source[at] === delimiter) {
      at++;
      if (at < source.length) {
        continue;
      }
      row.push('');
    }
    at += source.startsWith('\r\n', at) ? 2 : 1;
    rows.push(row);
    row = [];
  }
  return rows;
}

/**
 * Writes one field.
 *
 * @param {unknown} value the value of the field
 * @returns {string} the field as it stands in the file
 */
function formatField(value) {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Writes CSV.
 *
 * @param {unknown[][]} rows the rows
 * @param {{ delimiter?: string }} [options] the delimiter, a comma by default
 * @returns {string} the whole file; every row ends with CR LF
 */
export function formatCsv(rows, options) {
  withDefaults(options);
  return rows.map((row) => `${row.map(formatField).join(',')}\r\n`).join('');
}
