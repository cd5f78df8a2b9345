// Fills templates with data.
//
// The notices by mail, the pages of the status report and the prompts for agents are templates that people edit. They are
// not programmers, so a template has no code in it: names, sections, and nothing more.

const TAG = /\{\{\s*([^}]+?)\s*\}\}\}?/g;

/**
 * Escapes a text for HTML.
 *
 * @param {string} text any text
 * @returns {string} the text as it may stand in a page
 */
export function escapeHtml(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/**
 * Looks a name up.
 *
 * @param {unknown[]} stack the data, the innermost last
 * @param {string} name the name
 * @returns {unknown} the value, or undefined
 */
function lookUp(stack, name) {
  if (name === '.') {
    return stack.at(-1);
  }
  const [first, ...rest] = name.split('.');
  const holder = stack.findLast((data) => hasKey(data, first));
  return rest.reduce((value, part) => (hasKey(value, part) ? value[part] : undefined), holder?.[first]);
}

/**
 * Whether a value is an object with an own key.
 *
 * @param {unknown} value any value
 * @param {string} key the key
 * @returns {boolean} true if it has the key
 */
function hasKey(value, key) {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}

/**
 * The text of a value.
 *
 * @param {unknown} value any value
 * @returns {string} the text to print
 */
function print(value) {
  return value === undefined || value === null ? '' : String(value);
}

/**
 * Splits a template into texts and tags.
 *
 * @param {string} template the template
 * @returns {{ text?: string, name?: string }[]} the pieces in order
 */
function scan(template) {
  const pieces = [];
  let at = 0;
  for (const match of template.matchAll(TAG)) {
    pieces.push({ text: template.slice(at, match.index) }, { name: match[1] });
    at = match.index + match[0].length;
  }
  pieces.push({ text: template.slice(at) });
  return pieces;
}

/**
 * Fills pieces up to the closing tag of the section that they stand in.
 *
 * @param {{ text?: string, name?: string }[]} pieces the pieces of a template
 * @param {number} from the first piece to fill
 * @param {unknown[]} stack the data, the innermost last
 * @returns {{ output: string, end: number }} the text and the index of the closing tag
 */
function fill(pieces, from, stack) {
  let output = '';
  let at = from;
  while (at < pieces.length && !pieces[at].name?.startsWith('/')) {
    const { text, name } = pieces[at];
    if (text !== undefined) {
      output += text;
    } else if (name.startsWith('#')) {
      const value = lookUp(stack, name.slice(1).trim());
      const items = Array.isArray(value) ? value : value ? [value] : [];
      for (const item of items) {
        output += fill(pieces, at + 1, [...stack, item]).output;
      }
      at = fill(pieces, at + 1, stack).end;
    } else if (name.startsWith('{')) {
      output += print(lookUp(stack, name.slice(1).trim()));
    } else {
      output += escapeHtml(print(lookUp(stack, name)));
    }
    at++;
  }
  return { output, end: at };
}

/**
 * Fills a template.
 *
 * @param {string} template the template
 * @param {object} data the values by name
 * @param {Record<string, string>} [partials] further templates by name
 * @returns {string} the filled template
 */
export function render(template, data, partials = {}) {
  return fill(scan(template), 0, [data]).output;
}
