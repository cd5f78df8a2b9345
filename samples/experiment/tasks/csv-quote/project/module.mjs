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
  for (const line of source.split('\n')) {
    if (line === '') {
      continue;
    }
    rows.push(line.split(delimiter));
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
  return value === null || value === undefined ? '' : String(value);
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
