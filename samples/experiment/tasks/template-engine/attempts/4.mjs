// Fills templates with data.
//
// The notices by mail, the pages of the status report and the prompts for agents are templates that people edit. They are
// not programmers, so a template has no code in it: names, sections, and nothing more.

const NAME = /^(?:\.|[\w-]+(?:\.[\w-]+)*)$/;
const PARTIAL_NAME = /^[\w-]+$/;
const SIGNS = new Set(['#', '^', '/', '!', '>']);
const DEEPEST = 50;

/**
 * Escapes a text for HTML.
 *
 * @param {string} text any text
 * @returns {string} the text as it may stand in a page
 */
export function escapeHtml(text) {
  if (typeof text !== 'string') {
    throw new TypeError('Only strings can be escaped.');
  }
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
  const holder = stack.findLast((data) => !Array.isArray(data) && hasKey(data, first));
  const found = rest.reduce((value, part) => (hasKey(value, part) ? value[part] : undefined), holder?.[first]);
  return typeof found === 'function' ? undefined : found;
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
 * Reads the tag that begins at an index.
 *
 * @param {string} template the template
 * @param {number} start where its braces begin
 * @param {(reason: string) => SyntaxError} broken makes the error for this tag
 * @returns {{ sign: string, name: string, end: number }} the sign, the name and the index behind the tag
 */
function readTag(template, start, broken) {
  const raw = template.startsWith('{{{', start);
  const close = raw ? '}}}' : '}}';
  const end = template.indexOf(close, start + close.length);
  if (end < 0) {
    throw broken('a tag is never closed');
  }
  const inside = template.slice(start + close.length, end).trim();
  const sign = raw ? '{' : SIGNS.has(inside[0]) ? inside[0] : '';
  const name = sign === '' || raw ? inside : inside.slice(1).trim();
  if (sign !== '!' && !(sign === '>' ? PARTIAL_NAME : NAME).test(name)) {
    throw broken(`"${name}" is not a name`);
  }
  return { sign, name, end: end + close.length };
}

/**
 * Reads a template.
 *
 * @param {string} template the template
 * @returns {object[]} texts and tags in order; a section holds those that stand in it
 */
function read(template) {
  const root = { parts: [] };
  const open = [root];
  let at = 0;
  for (;;) {
    const start = template.indexOf('{{', at);
    open.at(-1).parts.push({ sign: 'text', text: template.slice(at, start < 0 ? undefined : start) });
    if (start < 0) {
      break;
    }
    const broken = (reason) => new SyntaxError(`line ${template.slice(0, start).split('\n').length}: ${reason}.`);
    const { sign, name, end } = readTag(template, start, broken);
    if (sign === '#' || sign === '^') {
      const section = { sign, name, parts: [], broken };
      open.at(-1).parts.push(section);
      open.push(section);
    } else if (sign === '/') {
      if (open.length === 1 || open.at(-1).name !== name) {
        throw broken(`"${name}" is not the section that is open here`);
      }
      open.pop();
    } else {
      open.at(-1).parts.push({ sign, name });
    }
    at = end;
  }
  if (open.length > 1) {
    throw open.at(-1).broken(`the section "${open.at(-1).name}" is never closed`);
  }
  return root.parts;
}

/**
 * Fills the parts of a template.
 *
 * @param {object[]} parts texts and tags
 * @param {unknown[]} stack the data, the innermost last
 * @param {Record<string, string>} partials further templates by name
 * @param {number} depth how many partials lie around the parts
 * @returns {string} the text
 */
function fill(parts, stack, partials, depth) {
  return parts.map((part) => fillPart(part, stack, partials, depth)).join('');
}

function fillPart({ sign, name, text, parts }, stack, partials, depth) {
  switch (sign) {
    case 'text':
      return text;
    case '!':
      return '';
    case '>':
      return fillPartial(name, stack, partials, depth + 1);
    case '{':
      return print(lookUp(stack, name));
    case '':
      return escapeHtml(print(lookUp(stack, name)));
    default: {
      const value = lookUp(stack, name);
      const items = Array.isArray(value) ? value : value ? [value] : [];
      if (sign === '^') {
        return items.length === 0 ? fill(parts, stack, partials, depth) : '';
      }
      return items.map((item) => fill(parts, [...stack, item], partials, depth)).join('');
    }
  }
}

function fillPartial(name, stack, partials, depth) {
  if (!Object.hasOwn(partials, name)) {
    throw new Error(`The partial "${name}" does not exist.`);
  }
  if (depth > DEEPEST) {
    throw new Error(`Partials go to a depth of ${DEEPEST} at most.`);
  }
  return fill(read(partials[name]), stack, partials, depth);
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
  return fill(read(template), [data], partials, 0);
}
