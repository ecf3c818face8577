/** GEBM's example in space: a base that turns noise into a surface, and a small energy on it. */

import { matmul, oneHot, iota, type Tensor } from "../../engine/index.ts";
import { constant, normal } from "../init.ts";
import { linear } from "../layers/linear.ts";
import { spectralNorm } from "../layers/spectralNorm.ts";
import { composed, type Module } from "../module.ts";

export type SphereBaseParameters = { U: { weight: Tensor } };

/**
 * x = ‖w‖² u with u = z/‖z‖ and w = u + U u⁴, `[n, dimensions]` to the same; U begins as the identity, as it is in the truth. Lines of
 * noise through the origin go to points of a surface.
 */
export const sphereBase = (dimensions = 3): Module<SphereBaseParameters> => ({
  init: () => ({ U: { weight: oneHot(iota([dimensions]), dimensions) } }),
  apply({ U }, z) {
    const u = z.div(z.square().sum(1, { keepDims: true }).sqrt());
    const w = u.add(matmul(u.square().square(), U.weight, { transposeB: true }));
    return u.mul(w.square().sum(1, { keepDims: true }));
  },
});

/**
 * `[n, dimensions] → [n, 1]`: two linear layers without bias under spectral norm, leaky relu of slope 0.1. The first begins standard
 * normal, the second at 1/√dimensions.
 */
export const sphereEnergy = (dimensions = 3): Module =>
  composed(
    {
      W_1: spectralNorm(linear(dimensions, dimensions, { bias: false, init: { weight: normal(1) } })),
      U: spectralNorm(linear(dimensions, 1, { bias: false, init: { weight: constant(1 / Math.sqrt(dimensions)) } })),
    },
    (part, x) => part.U(part.W_1(x).leakyRelu(0.1)),
  );
