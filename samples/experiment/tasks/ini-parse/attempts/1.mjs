// Reads configuration files in the INI format.
//
// The scheduler, the mail gateway and the old billing job are configured in this format, by hand. The reader gives strings
// only; each of the three knows by itself which of its values are numbers.

const SECTION = /^\[([^[\]]*)\]\s*(?:[#;].*)?$/;
const COMMENT_BEHIND_VALUE = /(?:^|[ \t])[#;].*$/;
const ESCAPES = { '"': '"', '\\': '\\', n: '\n', t: '\t' };

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
  return line.startsWith('#') || line.startsWith(';');
}

/**
 * Reads the value of an assignment.
 *
 * @param {string} text all that stands behind the equals sign
 * @param {number} number the number of the line
 * @returns {string} the value
 */
function readValue(text, number) {
  const trimmed = text.trim();
  return trimmed.startsWith('"') ? readQuoted(trimmed, number) : cutComment(trimmed).trim();
}

/**
 * Cuts a plain value at the first comment sign that stands at its beginning or behind a blank.
 *
 * @param {string} text a trimmed value
 * @returns {string} the value without the comment
 */
function cutComment(text) {
  const at = text.search(COMMENT_BEHIND_VALUE);
  return at < 0 ? text : text.slice(0, at);
}

/**
 * Reads a quoted value and all that follows it.
 *
 * @param {string} text a text that begins with a quote
 * @param {number} number the number of the line
 * @returns {string} the value
 */
function readQuoted(text, number) {
  let value = '';
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '"') {
      if (!/^\s*(?:[#;].*)?$/.test(text.slice(at + 1))) {
        throw new IniError(number, 'a text behind the closing quote');
      }
      return value;
    }
    if (text[at] !== '\\') {
      value += text[at];
      continue;
    }
    at++;
    if (!Object.hasOwn(ESCAPES, text[at] ?? '')) {
      throw new IniError(number, 'an unknown escape');
    }
    value += ESCAPES[text[at]];
  }
  throw new IniError(number, 'a quote that is never closed');
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
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  for (const [index, raw] of lines.entries()) {
    const number = index + 1;
    const line = raw.trim();
    if (line === '' || isComment(line)) {
      continue;
    }
    const section = SECTION.exec(line);
    if (section !== null) {
      const name = section[1].trim();
      if (name === '') {
        throw new IniError(number, 'a section without a name');
      }
      current = sections.get(name) ?? new Map();
      sections.set(name, current);
      continue;
    }
    const assignment = line.startsWith('[') ? undefined : splitAssignment(line);
    if (assignment === undefined || assignment.key === '' || assignment.key.includes('"')) {
      throw new IniError(number, 'neither a section nor an assignment');
    }
    if (current.has(assignment.key)) {
      throw new IniError(number, `the key ${assignment.key} comes twice`);
    }
    current.set(assignment.key, readValue(assignment.rest, number));
  }
  return sections;
}
