// The ignore file: one pattern in each line; a line that begins with an exclamation mark takes paths back in.
import { compile } from './module.mjs';

/** Returns a function that says whether a path is ignored; the last line that matches decides. */
export function readIgnore(text) {
  const rules = text.split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => (line.startsWith('!')
      ? { ignored: false, test: compile(line.slice(1)) }
      : { ignored: true, test: compile(line) }));
  return (path) => rules.findLast((rule) => rule.test(path))?.ignored ?? false;
}
