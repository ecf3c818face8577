/** Flows without a net: coordinates put in another order, and each scaled by itself. */

import { zeros, type Tensor } from "../../engine/index.ts";
import type { Flow } from "./flow.ts";

/** The coordinates with even indices first, then those with odd ones. Throws a RangeError for an odd number of them. */
export function evensFirst(dimensions: number): Flow {
  if (dimensions % 2 !== 0) throw new RangeError(`evensFirst: dimensions must be even, got ${dimensions}`);
  const turned = (x: Tensor, rows: number, columns: number) =>
    x.reshape([-1, rows, columns]).transpose([0, 2, 1]).reshape(x.shape);
  return {
    init: () => ({}),
    forward: (_parameters, x) => ({ z: turned(x, dimensions / 2, 2), logDeterminant: zeros([x.shape[0]]) }),
    inverse: (_parameters, z) => turned(z, 2, dimensions / 2),
  };
}

/** z = x · exp(s), with `scales [1, d]` that begin at zero. */
export const scaling = (dimensions: number): Flow<{ scales: Tensor }> => ({
  init: () => ({ scales: zeros([1, dimensions]) }),
  forward: ({ scales }, x) => ({ z: x.mul(scales.exp()), logDeterminant: scales.sum().broadcast([x.shape[0]]) }),
  inverse: ({ scales }, z) => z.mul(scales.neg().exp()),
});
