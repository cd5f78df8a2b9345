// Says which versions of agents can be upgraded, and to which.
import { compare, maxSatisfying } from './module.mjs';

/** The best version for each agent that is greater than the one that runs. */
export function upgrades(agents, available) {
  return agents.flatMap(({ name, version, range }) => {
    const best = maxSatisfying(available[name] ?? [], range);
    return best !== undefined && compare(best, version) > 0 ? [{ name, from: version, to: best }] : [];
  });
}
