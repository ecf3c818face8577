/** Histograms of several sets on one axis. */

import { quantile } from "./ranks.ts";

export interface Histogram {
  /** The edges of the bins, one more than there are. */
  edges: number[];
  /** For each set its density in each bin; they add up to 1 over the width of the bins. */
  densities: number[][];
}

/**
 * Densities of sets over `bins` of equal width that reach from the least to the largest score, but for the `tail` share of each set
 * at either end: what lies beyond is counted in the outermost bins, so that a few runaways do not squeeze the rest into one. Scores
 * that are not finite are in none.
 */
export function histogram(sets: readonly ArrayLike<number>[], bins: number, tail = 0.005): Histogram {
  const finite = sets.map((set) => Array.from(set).filter(Number.isFinite));
  const inhabited = finite.filter((set) => set.length > 0);
  if (inhabited.length === 0) throw new RangeError("histogram: no score is finite");
  const low = Math.min(...inhabited.map((set) => quantile(set, tail)));
  const most = Math.max(...inhabited.map((set) => quantile(set, 1 - tail)));
  const high = most > low ? most : low + 1;
  const width = (high - low) / bins;
  const densities = finite.map((set) => {
    const counts = new Array<number>(bins).fill(0);
    for (const score of set) counts[Math.min(Math.max(Math.floor((score - low) / width), 0), bins - 1)]++;
    return counts.map((count) => count / (set.length * width || 1));
  });
  return { edges: Array.from({ length: bins + 1 }, (_, i) => low + i * width), densities };
}
