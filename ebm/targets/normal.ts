/** Normal distributions: alone, and two that are correlated. */

import { moment, type Target } from "./target.ts";

/** log N(at; mean, deviation²) */
export const logNormal = (at: number, mean = 0, deviation = 1): number =>
  -0.5 * ((at - mean) / deviation) ** 2 - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);

/** N(mean, deviation²) */
export const normalDensity = (at: number, mean = 0, deviation = 1): number => Math.exp(logNormal(at, mean, deviation));

/** N(0, I) in so many dimensions. */
export const standardNormal = (dimensions = 1): Target => ({
  name: "Gaussian",
  about: "N(0, I): nothing is hard about it, so that every bias shows",
  dimensions,
  energy: (...coordinates) => coordinates.map((x) => x.square().mul(0.5)).reduce((a, b) => a.add(b)),
  logDensity: (...at) => at.reduce((sum, x) => sum + logNormal(x), 0),
  marginals: Array.from({ length: dimensions }, () => (at: number) => normalDensity(at)),
  moments: [
    moment("x", (x) => x, 0),
    moment("x²", (x) => x * x, 1),
    moment("x⁴", (x) => x ** 4, 3),
    ...(dimensions > 1 ? [moment("y²", (_x, y) => y * y, 1)] : []),
  ],
  ranges: Array.from({ length: dimensions }, () => [-4, 4] as const),
});

/** Two coordinates of variance 1 and correlation ρ: E = (x² + y² − 2ρxy) / 2(1 − ρ²). */
export const correlatedNormal = (correlation = 0.8): Target => {
  const free = 1 - correlation ** 2;
  return {
    name: "correlated Gaussian",
    about: `correlation ${correlation}: a step that fits across is short along`,
    dimensions: 2,
    energy: (x, y) =>
      x
        .square()
        .add(y.square())
        .sub(x.mul(y).mul(2 * correlation))
        .div(2 * free),
    logDensity: (x, y) => logNormal(x) + logNormal(y, correlation * x, Math.sqrt(free)),
    marginals: [(at) => normalDensity(at), (at) => normalDensity(at)],
    moments: [
      moment("x²", (x) => x * x, 1),
      moment("y²", (_x, y) => y * y, 1),
      moment("xy", (x, y) => x * y, correlation),
      moment("y", (_x, y) => y, 0),
    ],
    ranges: [
      [-4, 4],
      [-4, 4],
    ],
  };
};
