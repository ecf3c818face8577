/** Equally heavy Gaussians evenly spaced on a circle, as in "On the Anatomy of MCMC-Based Maximum Likelihood Learning". */

import { logSumExp } from "../logSumExp.ts";
import type { Toy, ToyOptions } from "./toy.ts";

/** A mixture that also tells its means `[groups][x, y]`. */
export interface Mixture extends Toy {
  means: [number, number][];
}

/** `groups` Gaussians of covariance sd²·I at radius·(cos, sin)(2πk / groups); the extent is radius + 4 sd. */
export function mixture({ groups, sd, radius }: ToyOptions): Mixture {
  const means = Array.from({ length: groups }, (_, k): [number, number] => {
    const angle = (2 * Math.PI * k) / groups;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  const logPeak = -Math.log(groups * 2 * Math.PI * sd * sd);
  return {
    ...{ groups, sd, radius, means },
    extent: radius + 4 * sd,
    logDensity: (x, y) =>
      logPeak + logSumExp(means.map(([mx, my]) => -((x - mx) ** 2 + (y - my) ** 2) / (2 * sd * sd))),
    nearest(x, y) {
      const distances = means.map(([mx, my]) => Math.hypot(x - mx, y - my));
      const distance = Math.min(...distances);
      return { part: distances.indexOf(distance), distance };
    },
  };
}
