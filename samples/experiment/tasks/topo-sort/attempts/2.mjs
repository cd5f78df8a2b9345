// Orders the steps of a build by their dependencies.
//
// The build, the migration of the database and the start of the services each have a plan: an object with one key for each step
// and the names of those steps that must be done before. This module says in which order to do them.

/** Steps that wait for each other. */
export class CycleError extends Error {
  /**
   * @param {string[]} cycle the steps of the cycle
   */
  constructor(cycle) {
    super(`These steps wait for each other: ${cycle.join(' -> ')}.`);
    this.name = 'CycleError';
    this.cycle = cycle;
  }
}

/**
 * The dependencies of one step.
 *
 * @param {Record<string, string[]>} steps the plan
 * @param {string} name the step
 * @returns {string[]} the steps that must be done before
 */
function needsOf(steps, name) {
  if (!Array.isArray(steps[name])) {
    throw new TypeError(`The needs of the step "${name}" are no list.`);
  }
  const needs = [...new Set(steps[name])].sort();
  for (const need of needs) {
    if (!Object.hasOwn(steps, need)) {
      throw new Error(`The step "${name}" needs "${need}", which does not exist.`);
    }
  }
  return needs;
}

/**
 * A cycle among steps of which each one needs another one of them.
 *
 * @param {Map<string, Set<string>>} open the steps that could not be done, with the needs that are open
 * @returns {string[]} the cycle, beginning with its smallest name
 */
function findCycle(open) {
  const places = new Map();
  const path = [];
  let [name] = open.keys();
  while (!places.has(name)) {
    places.set(name, path.length);
    path.push(name);
    [name] = open.get(name);
  }
  const cycle = path.slice(places.get(name));
  const first = cycle.reduce((best, other, at) => (other < cycle[best] ? at : best), 0);
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}

/**
 * Puts a name into a sorted list.
 *
 * @param {string[]} list the list, in descending order
 * @param {string} name the name
 */
function insert(list, name) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] > name) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  list.splice(low, 0, name);
}

/**
 * Goes through a plan in order.
 *
 * @param {Record<string, string[]>} steps the plan
 * @returns {Map<string, number>} the group of each step; the keys are in order
 */
function walk(steps) {
  const names = Object.keys(steps).sort();
  const open = new Map(names.map((name) => [name, new Set(needsOf(steps, name))]));
  const waiting = new Map(names.map((name) => [name, []]));
  for (const [name, needs] of open) {
    needs.forEach((need) => waiting.get(need).push(name));
  }
  const level = new Map(names.map((name) => [name, 0]));
  const ready = names.filter((name) => open.get(name).size === 0).reverse();
  const done = new Map();
  while (ready.length > 0) {
    const name = ready.pop();
    done.set(name, level.get(name));
    open.delete(name);
    for (const other of waiting.get(name)) {
      level.set(other, Math.max(level.get(other), level.get(name) + 1));
      open.get(other).delete(name);
      if (open.get(other).size === 0) {
        insert(ready, other);
      }
    }
  }
  if (open.size > 0) {
    throw new CycleError(findCycle(open));
  }
  return done;
}

/**
 * Orders the steps of a plan.
 *
 * @param {Record<string, string[]>} steps the names of the needed steps by the name of the step
 * @returns {string[]} all steps, each behind those that it needs
 */
export function order(steps) {
  return [...walk(steps).keys()];
}

/**
 * Groups steps that may run at the same time.
 *
 * @param {Record<string, string[]>} steps the plan
 * @returns {string[][]} the groups, one after the other
 */
export function levels(steps) {
  const groups = [];
  for (const [name, level] of walk(steps)) {
    (groups[level] ??= []).push(name);
  }
  return groups.map((group) => group.sort());
}
