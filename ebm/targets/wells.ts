/** Energies of the fourth degree: one well, and two with a barrier between them. */

import { logNormal, normalDensity } from "./normal.ts";
import { integral } from "./quadrature.ts";
import { moment, type Target } from "./target.ts";

/** E = x⁴ / 4 in one dimension. E x² = 2 Γ(¾) / Γ(¼), and E x⁴ = 1 by parts. */
export function quartic(): Target {
  const total = integral((x) => Math.exp(-(x ** 4) / 4), [-6, 6]);
  return {
    name: "x⁴/4",
    about: "flat at the bottom, steep at the sides",
    dimensions: 1,
    energy: (x) => x.square().square().mul(0.25),
    logDensity: (x) => -(x ** 4) / 4 - Math.log(total),
    marginals: [(at) => Math.exp(-(at ** 4) / 4) / total],
    moments: [moment("x²", (x) => x * x, 0.6759782), moment("x⁴", (x) => x ** 4, 1)],
    ranges: [[-3, 3]],
  };
}

/** E = barrier · ((x / apart)² − 1)² + ½y²: wells at x = ±apart, and the barrier's height between them. */
export function twoWells({ barrier = 4, apart = 2 } = {}): Target {
  const well = (x: number): number => barrier * ((x / apart) ** 2 - 1) ** 2;
  const wide: readonly [number, number] = [-3 * apart, 3 * apart];
  const total = integral((x) => Math.exp(-well(x)), wide);
  return {
    name: "two wells",
    about: `a barrier of ${barrier} nats: what crosses it seldom looks converged long before it is`,
    dimensions: 2,
    energy: (x, y) => x.div(apart).square().sub(1).square().mul(barrier).add(y.square().mul(0.5)),
    logDensity: (x, y) => -well(x) - Math.log(total) + logNormal(y),
    marginals: [(at) => Math.exp(-well(at)) / total, (at) => normalDensity(at)],
    moments: [
      moment("x > 0", (x) => Number(x > 0), 0.5),
      moment("x²", (x) => x * x, integral((x) => x * x * Math.exp(-well(x)), wide) / total),
      moment("y²", (_x, y) => y * y, 1),
    ],
    ranges: [
      [-4, 4],
      [-4, 4],
    ],
  };
}
