// Cursors of long lists: where the next page begins.
import { decodeText, encodeText } from './module.mjs';

/** A cursor for the last item of a page. */
export function cursorOf(item) {
  return encodeText(JSON.stringify([item.name, item.id]));
}

/** The item that a cursor stands for, or undefined if the cursor is none. */
export function readCursor(cursor) {
  try {
    const [name, id] = JSON.parse(decodeText(cursor));
    return { name, id };
  } catch {
    return undefined;
  }
}
