/** Two spirals, one the other turned by half a turn, as in FFJORD and VERA. */

import { alongArcs } from "./arcs.ts";
import { aboutCurves } from "./curves.ts";
import type { ToyKind } from "./toy.ts";

/**
 * The points ±(s (−cos s, sin s) + u) / 3 with s = 3 π √U, so that points lie equally dense along most of it, and u uniform on [0, 0.5]²;
 * noise of 0.1 on top. The radius is where they end, as published π, to four places.
 */
export const twoSpirals: ToyKind = {
  title: "Spirals",
  published: { groups: 2, sd: 0.1, radius: 3.1416 },
  settled: ["groups"],
  of(options) {
    const radius = [0, options.radius] as const;
    // 0.5 / 3 where the radius is π; half of it moves each spiral away from the other.
    const jitter = options.radius / (6 * Math.PI);
    return aboutCurves(options, {
      ...alongArcs([
        { centre: [jitter / 2, jitter / 2], radius, turns: [0.5, -1] },
        { centre: [-jitter / 2, -jitter / 2], radius, turns: [0, -1.5] },
      ]),
      ...{ along: "root", jitter },
    });
  },
};
