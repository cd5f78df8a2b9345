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
  return steps[name] ?? [];
}

/**
 * Visits a step and all that it needs.
 *
 * @param {Record<string, string[]>} steps the plan
 * @param {string} name the step to visit
 * @param {Set<string>} done the steps that are in the order already
 */
function visit(steps, name, done) {
  if (done.has(name)) {
    return;
  }
  for (const need of needsOf(steps, name)) {
    visit(steps, need, done);
  }
  done.add(name);
}

/**
 * Orders the steps of a plan.
 *
 * @param {Record<string, string[]>} steps the names of the needed steps by the name of the step
 * @returns {string[]} all steps, each behind those that it needs
 */
export function order(steps) {
  const done = new Set();
  for (const name of Object.keys(steps)) {
    visit(steps, name, done);
  }
  return [...done];
}

/**
 * Groups steps that may run at the same time.
 *
 * @param {Record<string, string[]>} steps the plan
 * @returns {string[][]} the groups, one after the other
 */
export function levels(steps) {
  return order(steps).map((name) => [name]);
}
