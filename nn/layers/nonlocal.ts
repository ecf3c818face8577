/** The non-local block: every place of a feature map attends to every other. */

import { matmul, softmax, zeros, type Tensor } from "../../engine/index.ts";
import { keysOf, type Module } from "../module.ts";
import { conv2d, type Conv2dParameters } from "./conv2d.ts";
import { poolMaximum } from "./maxPool2d.ts";

export type NonlocalParameters = Record<"theta" | "phi" | "g" | "W", Conv2dParameters>;

/**
 * x + W(softmax(θ(x)ᵀ φ(x)) g(x)): `[n, channels, h, w]` to the same. θ, φ, g are 1 × 1 convolutions to half the channels,
 * φ and g pooled 2 × 2; W starts at zero, so that the block starts as the identity (Wang et al. 2018, embedded Gaussian). Throws a RangeError for odd `channels`.
 */
export function nonlocal(channels: number): Module<NonlocalParameters> {
  if (channels % 2 !== 0) throw new RangeError(`nonlocal: the channels must be even, got ${channels}`);
  const half = channels / 2;
  const inward = conv2d(channels, half, 1);
  const outward = conv2d(half, channels, 1);
  return {
    init(key) {
      const [theta, phi, g] = keysOf(key, 3).map((part) => inward.init(part));
      return { theta, phi, g, W: { weight: zeros([channels, half, 1, 1]), bias: zeros([channels]) } };
    },
    apply({ theta, phi, g, W }, x) {
      const [n, , h, w] = x.shape;
      const places = (features: Tensor) => features.reshape([n, half, -1]);
      const query = places(inward.apply(theta, x));
      const keys = places(poolMaximum(inward.apply(phi, x), 2));
      const values = places(poolMaximum(inward.apply(g, x), 2));
      const attention = softmax(matmul(query, keys, { transposeA: true }));
      const y = matmul(values, attention, { transposeB: true }).reshape([n, half, h, w]);
      return x.add(outward.apply(W, y));
    },
  };
}
