// The answer of the command line to a command that it does not know.
import { closest } from './module.mjs';

/** One line for the user: with a suggestion if a known command is near enough. */
export function unknownCommand(typed, commands) {
  const bound = Math.max(1, Math.floor(typed.length / 3));
  const near = closest(typed.toLowerCase(), commands, bound);
  return near === undefined ? `Unknown command ${typed}.` : `Unknown command ${typed}. Did you mean ${near}?`;
}
