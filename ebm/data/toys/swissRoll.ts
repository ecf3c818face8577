/** One and a half turns of a spiral: scikit-learn's make_swiss_roll with noise of 1, seen along the roll, over 5. */

import { alongArcs } from "./arcs.ts";
import { aboutCurves } from "./curves.ts";
import type { ToyKind } from "./toy.ts";

/** The points s (cos s, sin s), s uniform from 1.5 π to 4.5 π; the radius is where the roll ends, as published 4.5 π / 5, to four places. */
export const swissRoll: ToyKind = {
  title: "Swiss roll",
  published: { groups: 1, sd: 0.2, radius: 2.8274 },
  settled: ["groups"],
  of: (options) =>
    aboutCurves(
      options,
      alongArcs([{ centre: [0, 0], radius: [options.radius / 3, options.radius], turns: [0.75, 2.25] }]),
    ),
};
