/** Draws by their rank, and where a normal variable would have that rank (Vehtari et al. 2021). */

import { erfc } from "../../engine/numerics/special.ts";

/** z with Φ(z) = p, for p in (0, 1). */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  // Hastings' rational approximation is off by 4.5e-4 at most; Halley's method triples its digits twice.
  const t = Math.sqrt(-2 * Math.log(p));
  let z = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  for (let i = 0; i < 2; i++) {
    const excess = (erfc(-z / Math.SQRT2) / 2 - p) * Math.sqrt(2 * Math.PI) * Math.exp((z * z) / 2);
    z -= excess / (1 + (z * excess) / 2);
  }
  return z;
}

/** Ranks from 1 over all chains together; equal draws share the mean of theirs. */
export function ranks(chains: readonly number[][]): number[][] {
  const all = chains.flat();
  const order = all.map((_, at) => at).sort((a, b) => all[a] - all[b]);
  const rank = new Array<number>(all.length);
  for (let first = 0; first < order.length;) {
    let end = first + 1;
    while (end < order.length && all[order[end]] === all[order[first]]) end++;
    for (let at = first; at < end; at++) rank[order[at]] = (first + 1 + end) / 2;
    first = end;
  }
  let next = 0;
  return chains.map((chain) => chain.map(() => rank[next++]));
}

/** Φ⁻¹((rank − 3/8) / (S + 1/4)) of each of S draws. */
export function rankNormal(chains: readonly number[][]): number[][] {
  const count = chains.reduce((sum, chain) => sum + chain.length, 0);
  return ranks(chains).map((chain) => chain.map((rank) => normalQuantile((rank - 3 / 8) / (count + 1 / 4))));
}

/** The number below which a share of the values lies, between two of them in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below] + (at - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]);
}
