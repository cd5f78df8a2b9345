// The settings of a deployment, from four places.
import { merge, remove } from './module.mjs';

const DEFAULTS = {
  gate: { mode: 'closed', timeoutSeconds: 30 },
  limits: { rounds: 4, costCapUsd: 2 },
  reviewers: ['security', 'style'],
};

/** Merges all four layers; a flag without a value ("--no-gate") takes the whole section out. */
export function settings(organisation, project, flags) {
  const overrides = {};
  for (const flag of flags) {
    overrides[flag.replace(/^no-/, '')] = flag.startsWith('no-') ? remove : {};
  }
  return merge(DEFAULTS, organisation, project, overrides);
}
