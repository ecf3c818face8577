/** Mixtures of Gaussians of one width. */

import { stack } from "../../engine/index.ts";
import { logSumExp } from "../logSumExp.ts";
import { logNormal, normalDensity } from "./normal.ts";
import { moment, type Target } from "./target.ts";

export interface ModesOptions {
  /** the mean of each component, `[components][dimensions]` */
  centres: readonly (readonly number[])[];
  /** the probability of each, of sum 1 */
  weights: readonly number[];
  /** standard deviation of all of them in each coordinate */
  deviation: number;
}

/** Σ wₖ N(cₖ, deviation² I). */
export function modes({ centres, weights, deviation }: ModesOptions): Target {
  const dimensions = centres[0].length;
  const axes = Array.from({ length: dimensions }, (_, axis) => axis);
  const mixed = (of: (centre: readonly number[]) => number): number =>
    centres.reduce((sum, centre, k) => sum + weights[k] * of(centre), 0);
  return {
    name: "mixture",
    about: `${centres.length} Gaussians of unequal weight: chains must cross from one to the next as often as back`,
    dimensions,
    energy: (...coordinates) => {
      const logs = centres.map((centre, k) =>
        coordinates
          .map((x, axis) => x.sub(centre[axis]).square())
          .reduce((a, b) => a.add(b))
          .div(-2 * deviation ** 2)
          .add(Math.log(weights[k])),
      );
      return stack(logs, 1).logSumExp(1).neg();
    },
    logDensity: (...at) =>
      logSumExp(
        centres.map((centre, k) =>
          at.reduce((sum, x, axis) => sum + logNormal(x, centre[axis], deviation), Math.log(weights[k])),
        ),
      ),
    marginals: axes.map((axis) => (at: number) => mixed((centre) => normalDensity(at, centre[axis], deviation))),
    moments: axes.flatMap((axis) => [
      moment(
        "xy"[axis],
        (...at) => at[axis],
        mixed((centre) => centre[axis]),
      ),
      moment(
        `${"xy"[axis]}²`,
        (...at) => at[axis] ** 2,
        mixed((centre) => centre[axis] ** 2 + deviation ** 2),
      ),
    ]),
    ranges: axes.map(() => [-4, 4] as const),
  };
}
