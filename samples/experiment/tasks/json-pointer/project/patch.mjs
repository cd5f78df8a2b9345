// Applies the changes of an agent to a document, and says which places they touched.
import { get, removeAt, set } from './module.mjs';

/** Applies changes in order; each one sets a value or removes one. */
export function apply(document, changes) {
  return changes.reduce(
    (result, change) => ('value' in change ? set(result, change.at, change.value) : removeAt(result, change.at)),
    document);
}

/** The places of the changes at which the documents differ. */
export function touched(before, after, changes) {
  return changes.map((change) => change.at).filter((at) => get(before, at) !== get(after, at));
}
