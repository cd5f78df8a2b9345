// Prints a plan for people: one line for each group of steps.
import { CycleError, levels } from './module.mjs';

/** The lines of a plan; a plan with a cycle is one line that says so. */
export function describe(steps) {
  try {
    return levels(steps).map((group, i) => `${i + 1}. ${group.join(', ')}`);
  } catch (error) {
    if (error instanceof CycleError) {
      return [`No order: ${[...error.cycle, error.cycle[0]].join(' needs ')}`];
    }
    throw error;
  }
}
