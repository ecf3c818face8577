/** The wave y = 2.5 sin x that VERA calls cos, but for its noise: published without any, it has no density in the plane. */

import { concat, type Tensor } from "../../../engine/index.ts";
import { aboutCurves } from "./curves.ts";
import type { ToyKind } from "./toy.ts";

/** x is uniform from −radius to radius, which is as high as the wave; the noise is that of the spirals. */
export const cos: ToyKind = {
  title: "Wave",
  published: { groups: 1, sd: 0.1, radius: 2.5 },
  settled: ["groups"],
  of: (options) =>
    aboutCurves(options, {
      at: (_part, t) => [(2 * t - 1) * options.radius, Math.sin(2.5 * (2 * t - 1)) * options.radius],
      device: () => ({
        at(_part: Tensor, t: Tensor) {
          const along = t.mul(2).sub(1);
          return concat([along, along.mul(2.5).sin()], 1).mul(options.radius);
        },
      }),
    }),
};
