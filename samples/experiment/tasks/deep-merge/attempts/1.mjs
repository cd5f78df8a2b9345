// Merges layers of configuration.
//
// The settings of a deployment come from four places: the defaults in the code, the file of the organisation, the file of
// the project and the flags of the command line. Each is a plain object; later ones win.

/** Stands as a value in a layer and takes the key out of the result. */
export const remove = Symbol('remove');

/**
 * Whether a value is an object with keys, as opposed to an array, a date or an instance of a class.
 *
 * @param {unknown} value any value
 * @returns {boolean} true if it is merged key by key
 */
function isPlain(value) {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Copies a value, so that the result shares nothing with a layer.
 *
 * @param {unknown} value any value
 * @returns {unknown} the copy
 */
function copy(value) {
  if (Array.isArray(value)) {
    if (value.includes(remove)) {
      throw new TypeError('The marker has no meaning inside of an array.');
    }
    return value.map(copy);
  }
  return isPlain(value) ? mergeInto({}, value) : value;
}

/**
 * Stores a value under a key of the result.
 *
 * @param {Record<string, unknown>} target the result
 * @param {string} key the key
 * @param {unknown} value the value
 */
function store(target, key, value) {
  target[key] = value;
}

/**
 * Merges one layer into the result.
 *
 * @param {Record<string, unknown>} target the result so far
 * @param {Record<string, unknown>} layer the next layer
 * @returns {Record<string, unknown>} the target
 */
function mergeInto(target, layer) {
  for (const key of Object.keys(layer)) {
    const value = layer[key];
    if (key === '__proto__' || value === undefined) {
      continue;
    }
    const known = Object.hasOwn(target, key) ? target[key] : undefined;
    if (value === remove) {
      delete target[key];
    } else if (isPlain(known) && isPlain(value)) {
      mergeInto(known, value);
    } else {
      store(target, key, copy(value));
    }
  }
  return target;
}

/**
 * Merges layers from left to right.
 *
 * @param {...(Record<string, unknown> | undefined | null)} layers the layers; the last one wins
 * @returns {Record<string, unknown>} the merged object
 */
export function merge(...layers) {
  const result = {};
  for (const layer of layers) {
    if (layer === undefined || layer === null) {
      continue;
    }
    if (!isPlain(layer)) {
      throw new TypeError('A layer must be a plain object.');
    }
    mergeInto(result, layer);
  }
  return result;
}
