/** How far chance may carry a number that a test draws. The keys of the tests are fixed: what passes once passes always. */

/** Standard deviations allowed to the mean of many draws: normal numbers go beyond with probability 6e-7. */
export const FAR = 5;

/** The standard deviation of the mean square of n normal numbers of this variance, each with mean 0. */
export const spreadOfVariance = (variance: number, n: number): number => variance * Math.sqrt(2 / n);

/** Σ (observed − expected)² / expected over cells. */
export const chiSquare = (observed: readonly number[], expected: readonly number[]): number =>
  observed.reduce((sum, count, cell) => sum + (count - expected[cell]) ** 2 / expected[cell], 0);

/** What chi-square of this freedom exceeds with a probability of 3e-7, after Wilson and Hilferty. */
export const farAbove = (freedom: number): number =>
  freedom * (1 - 2 / (9 * freedom) + FAR * Math.sqrt(2 / (9 * freedom))) ** 3;
