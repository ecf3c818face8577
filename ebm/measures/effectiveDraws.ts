/** How many independent draws those of chains are worth (Geyer 1992; Vehtari et al. 2021). */

import { halves, mean, usable, variance, type Draws } from "./draws.ts";
import { quantile, rankNormal } from "./ranks.ts";

/** Effective draws of chains, from their autocovariances and the variance between them. */
function effective(chains: readonly number[][]): number {
  const [count, length] = [chains.length, chains[0].length];
  const centred = chains.map((chain) => {
    const centre = mean(chain);
    return chain.map((x) => x - centre);
  });
  const covariance = (lag: number): number =>
    mean(
      centred.map((chain) => {
        let sum = 0;
        for (let t = lag; t < length; t++) sum += chain[t] * chain[t - lag];
        return sum / length;
      }),
    );
  const within = (covariance(0) * length) / (length - 1);
  const total = covariance(0) + (count > 1 ? variance(chains.map(mean), 1) : 0);
  const correlation = (lag: number): number => 1 - (within - covariance(lag)) / total;

  // Geyer's initial positive sequence: pairs of lags (0, 1), (2, 3), … as long as their sums are positive.
  const rho = [1, correlation(1)];
  let pair = rho;
  for (let lag = 2; lag < length - 2 && pair[0] + pair[1] > 0; lag += 2) {
    pair = [correlation(lag), correlation(lag + 1)];
    if (pair[0] + pair[1] >= 0) rho.push(...pair);
  }
  // A last even lag counts on its own, and then half.
  const last = pair[0] + pair[1] < 0 && pair[0] > 0 ? pair[0] : 0;
  // The monotone sequence: no pair exceeds the one before.
  for (let at = 2; at < rho.length; at += 2) {
    const before = (rho[at - 2] + rho[at - 1]) / 2;
    if (rho[at] + rho[at + 1] > 2 * before) rho.fill(before, at, at + 2);
  }
  const draws = count * length;
  const time = -1 + 2 * rho.reduce((sum, value) => sum + value, 0) + last;
  return draws / Math.max(time, 1 / Math.log10(draws));
}

/** Runs a measure on split chains; NaN where a draw is not finite or a chain never moves. */
const onHalves =
  (where: string, measure: (split: number[][]) => number) =>
  (draws: Draws): number => {
    const chains = usable(where, draws);
    return chains === null ? NaN : measure(halves(chains));
  };

/** Effective draws for the middle of the distribution, from normalised ranks: some hundreds are enough for most purposes. */
export const bulkEss = onHalves("bulkEss", (split) => effective(rankNormal(split)));

/** Effective draws for its tails: the fewer of those for the 5 % and the 95 % quantile. */
export const tailEss = onHalves("tailEss", (split) => {
  const all = split.flat();
  const below = (share: number) => {
    const limit = quantile(all, share);
    return effective(split.map((chain) => chain.map((x) => Number(x <= limit))));
  };
  return Math.min(below(0.05), below(0.95));
});

/** Effective draws for the mean. */
export const meanEss = onHalves("meanEss", effective);

/** The Monte-Carlo standard error of the mean: the draws' standard deviation over the root of `meanEss`. */
export function meanError(draws: Draws): number {
  const all = draws.flatMap((chain) => Array.from(chain));
  return Math.sqrt(variance(all, 1) / meanEss(draws));
}
