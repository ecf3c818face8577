/** Correlations over time: of the training curves d_s and r_s (Nijkamp et al. 2019, diagnosis plot), and of the draws of a chain. */

/** Correlations at the lags -maxLag … maxLag, all of one length. */
export interface Correlations {
  lags: number[];
  /** Σₜ d(t + lag) r(t) / n: of the energy difference with the gradient strength, positive lags where d follows r */
  cross: number[];
  /** the energy difference with itself; 1 at lag 0 */
  autoEnergy: number[];
  /** the gradient strength with itself; 1 at lag 0, or 0 when it is constant */
  autoGradient: number[];
}

/**
 * The correlations of the last `window` updates. The energy differences d are scaled to unit mean square but not centred,
 * because their zero has a meaning; the gradient strengths r are standardised. All sums are divided by the number of
 * updates, so that a lag with fewer pairs counts for less. With n updates the largest lag is n - 1.
 * @throws RangeError when the two curves differ in length or are empty
 */
export function correlations(d: ArrayLike<number>, r: ArrayLike<number>, window = 2000, maxLag = 15): Correlations {
  if (d.length !== r.length || d.length === 0) {
    throw new RangeError(`correlations: expected two curves of one length, got ${d.length} and ${r.length} (d, r)`);
  }
  const energy = unitMeanSquare(Array.from(d).slice(-window));
  const gradient = unitMeanSquare(centred(Array.from(r).slice(-window)));
  const reach = Math.min(maxLag, energy.length - 1);
  const lags = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
  return {
    lags,
    cross: lags.map((lag) => lagged(energy, gradient, lag)),
    autoEnergy: lags.map((lag) => lagged(energy, energy, lag)),
    autoGradient: lags.map((lag) => lagged(gradient, gradient, lag)),
  };
}

/**
 * The autocorrelation of one chain's draws at the lags 0 … maxLag, 1 at lag 0: centred, and all sums divided by the number
 * of draws. NaN for a chain that never moves.
 */
export function autocorrelation(draws: ArrayLike<number>, maxLag = 50): number[] {
  const values = centred(Array.from(draws));
  const reach = Math.min(maxLag, values.length - 1);
  return Array.from({ length: reach + 1 }, (_, lag) => lagged(values, values, lag) / lagged(values, values, 0));
}

/** Σₜ a(t + lag) b(t) / n over the t where both exist. */
function lagged(a: number[], b: number[], lag: number): number {
  const n = a.length;
  let sum = 0;
  for (let t = Math.max(0, -lag); t < Math.min(n, n - lag); t++) sum += a[t + lag] * b[t];
  return sum / n;
}

function centred(values: number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** Divided by the root of the mean square; a curve of zeros stays as it is. */
function unitMeanSquare(values: number[]): number[] {
  const root = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  return root === 0 ? values : values.map((value) => value / root);
}
