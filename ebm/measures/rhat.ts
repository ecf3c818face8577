/** R-hat: whether chains agree with each other, and with themselves over time. */

import { halves, mean, usable, variance, type Draws } from "./draws.ts";
import { quantile, rankNormal } from "./ranks.ts";

/** √((B/W + N − 1) / N), B / N the variance of the chains' means and W the mean of their variances. */
function potentialReduction(chains: readonly number[][]): number {
  const length = chains[0].length;
  const between = length * variance(chains.map(mean), 1);
  const within = mean(chains.map((chain) => variance(chain, 1)));
  return Math.sqrt((between / within + length - 1) / length);
}

/**
 * R-hat of one number: the larger of two, of the ranks of the draws for their location and of the ranks of their distances from
 * the median for their scale, over chains that are split in halves (Vehtari et al. 2021). Below 1.01 is good. NaN where a draw
 * is not finite or a chain never moves. Of parallel tempering the coldest chains only.
 */
export function rHat(draws: Draws): number {
  const chains = usable("rHat", draws);
  if (chains === null) return NaN;
  const split = halves(chains);
  const median = quantile(split.flat(), 0.5);
  const folded = split.map((chain) => chain.map((x) => Math.abs(x - median)));
  return Math.max(potentialReduction(rankNormal(split)), potentialReduction(rankNormal(folded)));
}

/** The same of the draws themselves, over split chains (Gelman et al. 2013): it needs a finite variance. */
export function splitRHat(draws: Draws): number {
  const chains = usable("splitRHat", draws);
  return chains === null ? NaN : potentialReduction(halves(chains));
}
