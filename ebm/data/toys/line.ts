/** The diagonal y = x, as in VERA but for its noise: published without any, it has no density in the plane. */

import { concat, type Tensor } from "../../../engine/index.ts";
import { aboutCurves } from "./curves.ts";
import type { ToyKind } from "./toy.ts";

/** x is uniform from −radius to radius; the noise is that of the spirals. */
export const line: ToyKind = {
  title: "Line",
  published: { groups: 1, sd: 0.1, radius: 2.5 },
  settled: ["groups"],
  of: (options) =>
    aboutCurves(options, {
      at: (_part, t) => [(2 * t - 1) * options.radius, (2 * t - 1) * options.radius],
      device: () => ({
        at(_part: Tensor, t: Tensor) {
          const x = t.mul(2).sub(1).mul(options.radius);
          return concat([x, x], 1);
        },
      }),
    }),
};
