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
  return typeof value === 'object' && value !== null;
}

/**
 * Copies a value, so that the result shares nothing with a layer.
 *
 * @param {unknown} value any value
 * @returns {unknown} the copy
 */
function copy(value) {
  return value;
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
  for (const key in layer) {
    const value = layer[key];
    if (isPlain(target[key]) && isPlain(value)) {
      mergeInto(target[key], value);
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
  const [first, ...rest] = layers;
  return rest.reduce(mergeInto, first);
}
