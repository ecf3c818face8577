/** The kernel Stein discrepancy: how far samples are from a density of which only the slope is known. */

export interface SteinOptions {
  /** Coordinates of each sample. */
  dimensions: number;
  /** The density is exp(−E / temperature). */
  temperature?: number;
  /** The kernel is (c² + ‖x − y‖²)^beta, with beta in (−1, 0). */
  c?: number;
  beta?: number;
}

/**
 * KSD² of samples `[n, d]` with the slopes ∇E `[n, d]` of their energy, by the inverse multiquadric kernel k, which notices samples that
 * stray (Gorham & Mackey 2017): the mean of s(x)·s(y) k + s(x)·∇ᵧk + s(y)·∇ₓk + tr ∇ₓ∇ᵧk over pairs, s = −∇E / T. `biased` is over all pairs and never
 * negative, `unbiased` over those of two samples and about 0 for samples of the density.
 */
export function steinDiscrepancy(
  samples: ArrayLike<number>,
  slopes: ArrayLike<number>,
  { dimensions, temperature = 1, c = 1, beta = -0.5 }: SteinOptions,
): { biased: number; unbiased: number } {
  const count = samples.length / dimensions;
  if (!Number.isInteger(count) || samples.length !== slopes.length)
    throw new RangeError(
      `steinDiscrepancy: expected [n, ${dimensions}] twice, got ${samples.length} and ${slopes.length} numbers (samples, slopes)`,
    );
  let [diagonal, others] = [0, 0];
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      let [distance, scores, along] = [0, 0, 0];
      for (let i = 0; i < dimensions; i++) {
        const [at, to] = [a * dimensions + i, b * dimensions + i];
        const apart = samples[at] - samples[to];
        const [here, there] = [-slopes[at] / temperature, -slopes[to] / temperature];
        distance += apart * apart;
        scores += here * there;
        along += (there - here) * apart;
      }
      const base = c * c + distance;
      const kernel = base ** beta;
      // ∇ₓk = 2 beta base^(beta − 1) (x − y) = −∇ᵧk
      const slope = (2 * beta * kernel) / base;
      const trace = -slope * dimensions - (2 * (beta - 1) * distance * slope) / base;
      const term = kernel * scores + slope * along + trace;
      if (a === b) diagonal += term;
      else others += term;
    }
  }
  return { biased: (diagonal + others) / count ** 2, unbiased: others / (count * (count - 1)) };
}
