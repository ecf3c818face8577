/** Distributions whose moments are known, side by side in the coordinates of one chain. */

import type { Tensor } from "../../../engine/index.ts";
import type { Energy } from "../../../ebm/index.ts";

/** An energy of a few coordinates, each a tensor `[n]`, and moments of exp(−energy). */
export interface Target {
  name: string;
  dimensions: number;
  energy: (...coordinates: Tensor[]) => Tensor;
  moments: readonly Moment[];
}

/** The mean of a function of the first coordinates. */
export interface Moment {
  name: string;
  of: (x: number, y: number) => number;
  is: number;
}

const moment = (name: string, of: Moment["of"], is: number): Moment => ({ name, of, is });

/** Where the two components of the mixture are, of variance 1 and weights 2 : 1. */
const apart = 1.2;

export const targets: readonly Target[] = [
  {
    name: "N(0, 1)",
    dimensions: 1,
    energy: (x) => x.square().mul(0.5),
    moments: [moment("x", (x) => x, 0), moment("x²", (x) => x * x, 1), moment("x⁴", (x) => x ** 4, 3)],
  },
  {
    name: "the Gaussian with correlation 0.8",
    dimensions: 2,
    energy: (x, y) => x.square().add(y.square()).sub(x.mul(y).mul(1.6)).div(0.72),
    moments: [
      moment("x²", (x) => x * x, 1),
      moment("y²", (_x, y) => y * y, 1),
      moment("xy", (x, y) => x * y, 0.8),
      moment("y", (_x, y) => y, 0),
    ],
  },
  {
    // x ~ N(0, 1) and y ~ N((x² − 1) / 2, 1/4): E y² = 1/4 E (x² − 1)² + 1/4 and E x²y = ½ E (x⁴ − x²).
    name: "the banana",
    dimensions: 2,
    energy: (x, y) =>
      x
        .square()
        .mul(0.5)
        .add(y.sub(x.square().sub(1).mul(0.5)).square().mul(2)),
    moments: [
      moment("x²", (x) => x * x, 1),
      moment("y", (_x, y) => y, 0),
      moment("y²", (_x, y) => y * y, 0.75),
      moment("x²y", (x, y) => x * x * y, 1),
    ],
  },
  {
    name: "the mixture",
    dimensions: 1,
    energy: (x) =>
      x
        .square()
        .mul(0.5)
        // −log (⅔ exp(−(x − a)²/2) + ⅓ exp(−(x + a)²/2)) up to a constant.
        .sub(x.mul(apart).exp().mul(2).add(x.mul(-apart).exp()).log()),
    moments: [moment("x", (x) => x, apart / 3), moment("x²", (x) => x * x, 1 + apart ** 2)],
  },
  {
    // E x² = 2 Γ(¾) / Γ(¼), and E x⁴ = 1 by parts.
    name: "x⁴/4",
    dimensions: 1,
    energy: (x) => x.square().square().mul(0.25),
    moments: [moment("x²", (x) => x * x, 0.6759782), moment("x⁴", (x) => x ** 4, 1)],
  },
];

/** The energy of the product of targets over `x [n, d]`, and where each target's coordinates begin. */
export function product(chosen: readonly Target[]): { energy: Energy; dimensions: number; begins: readonly number[] } {
  const begins = chosen.map((_, at) => chosen.slice(0, at).reduce((sum, { dimensions }) => sum + dimensions, 0));
  return {
    begins,
    dimensions: chosen.reduce((sum, { dimensions }) => sum + dimensions, 0),
    energy: (x) =>
      chosen
        .map(({ energy, dimensions }, at) =>
          energy(
            ...Array.from({ length: dimensions }, (_, i) =>
              x.slice([null, [begins[at] + i, begins[at] + i + 1]]).reshape([x.shape[0]]),
            ),
          ),
        )
        .reduce((a, b) => a.add(b)),
  };
}
