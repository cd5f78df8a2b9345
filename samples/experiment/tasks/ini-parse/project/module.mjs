// Reads configuration files in the INI format.
//
// The scheduler, the mail gateway and the old billing job are configured in this format, by hand. The reader gives strings
// only; each of the three knows by itself which of its values are numbers.

const SECTION = /^\[(.*)\]$/;

/** A line that cannot be read. */
export class IniError extends Error {
  /**
   * @param {number} line the number of the line, from 1
   * @param {string} reason the reason in a few words
   */
  constructor(line, reason) {
    super(`Line ${line}: ${reason}`);
    this.name = 'IniError';
    this.line = line;
  }
}

/**
 * Whether a line is a comment.
 *
 * @param {string} line a trimmed line
 * @returns {boolean} true if it is
 */
function isComment(line) {
  return line.startsWith('#');
}

/**
 * Reads the value of an assignment.
 *
 * @param {string} text all that stands behind the equals sign
 * @returns {string} the value
 */
function readValue(text) {
  return text.trim();
}

/**
 * Splits an assignment at its equals sign.
 *
 * @param {string} line a trimmed line
 * @returns {{ key: string, rest: string } | undefined} key and the text behind the sign; undefined without a sign
 */
function splitAssignment(line) {
  const at = line.indexOf('=');
  return at < 0 ? undefined : { key: line.slice(0, at).trim(), rest: line.slice(at + 1) };
}

/**
 * Reads a configuration file.
 *
 * @param {string} text the whole file
 * @returns {Map<string, Map<string, string>>} the values by section and key
 */
export function parseIni(text) {
  const sections = new Map([['', new Map()]]);
  let current = sections.get('');
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '' || isComment(line)) {
      continue;
    }
    const section = SECTION.exec(line);
    if (section !== null) {
      current = new Map();
      sections.set(section[1], current);
      continue;
    }
    const assignment = splitAssignment(line);
    if (assignment !== undefined) {
      current.set(assignment.key, readValue(assignment.rest));
    }
  }
  return sections;
}
