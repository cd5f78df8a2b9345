// A change as the review shows it: signs in front of the lines, and long stretches of kept lines cut short.
import { diff, stats } from './module.mjs';

const SIGNS = { keep: ' ', remove: '-', insert: '+' };
const AROUND = 3;

/** The lines of a change, with three kept lines around it. */
export function show(before, after) {
  return diff(before, after).flatMap(({ kind, lines }) => {
    const short = kind === 'keep' && lines.length > 2 * AROUND
      ? [...lines.slice(0, AROUND), `(${lines.length - 2 * AROUND} lines)`, ...lines.slice(-AROUND)]
      : lines;
    return short.map((line) => `${SIGNS[kind]} ${line.replace(/\n$/, '')}`);
  });
}

/** One line about a change. */
export function summary(before, after) {
  const { removed, inserted } = stats(diff(before, after));
  return `+${inserted} -${removed}`;
}
