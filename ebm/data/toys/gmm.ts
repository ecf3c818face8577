/** Equally heavy Gaussians evenly spaced on a circle, as in "On the Anatomy of MCMC-Based Maximum Likelihood Learning" and in VERA. */

import { fromArray, normal, randomIndex, split, take } from "../../../engine/index.ts";
import { logSumExp } from "../../logSumExp.ts";
import { drawn, keyAt } from "./drawn.ts";
import type { Toy, ToyKind, ToyOptions } from "./toy.ts";

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
    place: (part, { normal }) => [means[part][0] + sd * normal(), means[part][1] + sd * normal()],
    source() {
      const table = fromArray({ dtype: "f32", shape: [groups, 2], data: Float32Array.from(means.flat()) });
      return drawn(
        (key, count) => {
          const keys = split(key, 2);
          const centres = take(table, randomIndex(keyAt(keys, 0), [count], groups));
          return centres.add(normal(keyAt(keys, 1), [count, 2]).mul(sd));
        },
        [table],
      );
    },
  };
}

/** As in ebm-anatomy. */
export const gmm: ToyKind = {
  title: "Gaussians",
  published: { groups: 8, sd: 0.15, radius: 1 },
  settled: [],
  of: mixture,
};

/** As in VERA: a deviation of 0.5 on a radius of 4, both over 1.414, here to four places. */
export const eightGaussians: ToyKind = {
  title: "8 Gaussians",
  published: { groups: 8, sd: 0.3536, radius: 2.8289 },
  settled: ["groups"],
  of: mixture,
};
