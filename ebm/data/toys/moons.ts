/** Two half circles that reach into each other: scikit-learn's make_moons with noise of 0.1, times 2, moved by (−1, −0.2). */

import { alongArcs } from "./arcs.ts";
import { aboutCurves } from "./curves.ts";
import type { ToyKind } from "./toy.ts";

/** The upper half circle first; both are of the radius. */
export const moons: ToyKind = {
  title: "Moons",
  published: { groups: 2, sd: 0.2, radius: 2 },
  settled: ["groups"],
  of(options) {
    const { radius: r } = options;
    const radius = [r, r] as const;
    return aboutCurves(
      options,
      alongArcs([
        { centre: [-0.5 * r, -0.1 * r], radius, turns: [0, 0.5] },
        { centre: [0.5 * r, 0.4 * r], radius, turns: [0.5, 1] },
      ]),
    );
  },
};
