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
 * Fills a template.
 *
 * @param {string} template the template
 * @param {object} data the values by name
 * @param {Record<string, string>} [partials] further templates by name
 * @returns {string} the filled template
 */
export function render(template, data, partials = {}) {
  const stack = [data];
  return scan(template).map((piece) => {
    if (piece.text !== undefined) {
      return piece.text;
    }
    const raw = /^\{\s*(.*)$/.exec(piece.name);
    return raw === null ? escapeHtml(print(lookUp(stack, piece.name))) : print(lookUp(stack, raw[1]));
  }).join('');
}
