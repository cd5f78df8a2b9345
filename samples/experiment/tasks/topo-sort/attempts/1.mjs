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
  if (!Object.hasOwn(steps, name)) {
    throw new Error(`The step "${name}" does not exist.`);
  }
  return [...new Set(steps[name])].sort();
}

/**
 * Visits a step and all that it needs.
 *
 * @param {Record<string, string[]>} steps the plan
 * @param {string} name the step to visit
 * @param {Map<string, number>} done the groups of the steps that are in the order already
 * @param {string[]} path the steps that led here
 * @returns {number} the group of the step
 */
function visit(steps, name, done, path = []) {
  if (done.has(name)) {
    return done.get(name);
  }
  if (path.includes(name)) {
    throw new CycleError(path.slice(path.indexOf(name)).sort());
  }
  let level = 0;
  for (const need of needsOf(steps, name)) {
    level = Math.max(level, visit(steps, need, done, [...path, name]) + 1);
  }
  done.set(name, level);
  return level;
}

/**
 * Orders the steps of a plan.
 *
 * @param {Record<string, string[]>} steps the names of the needed steps by the name of the step
 * @returns {string[]} all steps, each behind those that it needs
 */
export function order(steps) {
  const done = new Map();
  for (const name of Object.keys(steps).sort()) {
    visit(steps, name, done);
  }
  return [...done.keys()];
}

/**
 * Groups steps that may run at the same time.
 *
 * @param {Record<string, string[]>} steps the plan
 * @returns {string[][]} the groups, one after the other
 */
export function levels(steps) {
  const done = new Map();
  for (const name of Object.keys(steps).sort()) {
    visit(steps, name, done);
  }
  const groups = [];
  for (const [name, level] of done) {
    (groups[level] ??= []).push(name);
  }
  return groups.map((group) => group.sort());
}
