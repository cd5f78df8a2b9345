// The help text of one command: its name, its summary, its options.
import { widthOf, wrap } from './module.mjs';

const BOLD = '\u001b[1m';
const PLAIN = '\u001b[0m';

/** Options stand in one column, their descriptions in a second one. */
export function help(command, width = 80) {
  const column = 4 + Math.max(...command.options.map(({ name }) => widthOf(name)));
  const lines = [wrap(`${BOLD}${command.name}${PLAIN}  ${command.summary}`, { width }), ''];
  for (const { name, text } of command.options) {
    const gap = ' '.repeat(column - 2 - widthOf(name));
    lines.push(wrap(text, { width, indent: `  ${name}${gap}`, hanging: ' '.repeat(column) }));
  }
  return lines.join('\n');
}
