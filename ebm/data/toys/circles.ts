/** Concentric circles with normal noise in both coordinates, as in VERA. */

import { alongArcs } from "./arcs.ts";
import { aboutCurves } from "./curves.ts";
import type { Toy, ToyKind, ToyOptions } from "./toy.ts";

/** Circles of the radii radius · k / groups, k from 1 on. */
function circlesOf(options: ToyOptions): Toy {
  const { groups, radius } = options;
  const arcs = Array.from({ length: groups }, (_, k) => (radius * (k + 1)) / groups).map((r) => ({
    ...({ centre: [0, 0], radius: [r, r], turns: [0, 1] } as const),
  }));
  return aboutCurves(options, alongArcs(arcs));
}

/** scikit-learn's make_circles with the factor 0.5 and noise of 0.08, times 3. */
export const circles: ToyKind = {
  title: "Circles",
  published: { groups: 2, sd: 0.24, radius: 3 },
  settled: [],
  of: circlesOf,
};

/** What VERA calls rings: the noise comes after the factor 3, and it is not along the radius alone as in the rings of ebm-anatomy. */
export const fourRings: ToyKind = {
  title: "4 rings",
  published: { groups: 4, sd: 0.08, radius: 3 },
  settled: ["groups"],
  of: circlesOf,
};
