/** Equally heavy concentric rings, as in "On the Anatomy of MCMC-Based Maximum Likelihood Learning". */

import { normal, randomIndex, split } from "../../../engine/index.ts";
import { logSumExp } from "../../logSumExp.ts";
import { drawn, keyAt } from "./drawn.ts";
import type { Toy, ToyKind, ToyOptions } from "./toy.ts";

/**
 * `groups` rings: the angle is uniform, the radius is radius·(k + 1) + sd·N(0, 1); the extent is groups·radius + 4 sd.
 *
 * A point at distance ρ comes from radius ρ at its own angle or from radius -ρ at the opposite one, and the circle of
 * radius ρ has circumference 2πρ, so that p(x, y) = 1/groups Σₖ (N(ρ; rₖ, sd²) + N(-ρ; rₖ, sd²)) / (2πρ). (The
 * published code divides by 2πrₖ instead, which is not the density of its samples.) The pole at the origin, where next to
 * no mass lies, is cut off at sd / 1000.
 */
export function ringsOf({ groups, sd, radius }: ToyOptions): Toy {
  const signedRadii = Array.from({ length: groups }, (_, k) => [radius * (k + 1), -radius * (k + 1)]).flat();
  const logScale = -Math.log(groups * Math.sqrt(2 * Math.PI) * sd);
  return {
    ...{ groups, sd, radius },
    extent: groups * radius + 4 * sd,
    logDensity(x, y) {
      const distance = Math.max(Math.hypot(x, y), sd / 1000);
      const terms = signedRadii.map((r) => -((distance - r) ** 2) / (2 * sd * sd));
      return logScale + logSumExp(terms) - Math.log(2 * Math.PI * distance);
    },
    nearest(x, y) {
      const ring = Math.min(Math.max(Math.round(Math.hypot(x, y) / radius), 1), groups);
      return { part: ring - 1, distance: Math.abs(Math.hypot(x, y) - ring * radius) };
    },
    place(part, { normal }) {
      const [x, y] = [normal(), normal()];
      const distance = ((part + 1) * radius + sd * normal()) / Math.hypot(x, y);
      return [x * distance, y * distance];
    },
    // The direction is that of a normal pair.
    source: () =>
      drawn((key, count) => {
        const keys = split(key, 3);
        const ring = randomIndex(keyAt(keys, 0), [count, 1], groups).toFloat().add(1);
        const distance = ring.mul(radius).add(normal(keyAt(keys, 1), [count, 1]).mul(sd));
        const pair = normal(keyAt(keys, 2), [count, 2]);
        return pair.div(pair.square().sum(1, { keepDims: true }).sqrt()).mul(distance);
      }),
  };
}

export const rings: ToyKind = {
  title: "Rings",
  published: { groups: 4, sd: 0.15, radius: 1 },
  settled: [],
  of: ringsOf,
};
