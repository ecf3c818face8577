/** How spread out a density on a grid is. */

import { normaliseOnGrid } from "./kl.ts";

/**
 * −∫ p log p in nats, of a log-density that is known up to a constant at the points of a grid whose cells have the area `cell`;
 * with the area 1 it is the entropy of the point's place, log n if all n are equally likely. NaN where there is no finite mass.
 */
export function entropy(logDensity: Float64Array, cell = 1): number {
  const normalised = normaliseOnGrid(logDensity, cell);
  return normalised.reduce((sum, log) => (log === -Infinity ? sum : sum - cell * Math.exp(log) * log), 0);
}
