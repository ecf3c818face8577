/** The non-local block: every place of a feature map attends to every other. */

import { matmul, softmax, type Tensor, type Tree } from "../../engine/index.ts";
import { zeros } from "../init.ts";
import { composed, type Module } from "../module.ts";
import { conv2d } from "./conv2d.ts";

/**
 * x + W(softmax(θ(x)ᵀ φ(x)) g(x)): `[n, channels, h, w]` to the same. θ, φ, g are 1 × 1 convolutions to half the channels,
 * φ and g pooled 2 × 2; W starts at zero, so that the block starts as the identity (Wang et al. 2018, embedded Gaussian). Throws a RangeError for odd `channels`.
 */
export function nonlocal(channels: number): Module<Record<string, Tree>> {
  if (channels % 2 !== 0) throw new RangeError(`nonlocal: the channels must be even, got ${channels}`);
  const half = channels / 2;
  const inward = conv2d(channels, half, 1);
  const outward = conv2d(half, channels, 1, { init: { weight: zeros, bias: zeros } });
  return composed({ theta: inward, phi: inward, g: inward, W: outward }, ({ theta, phi, g, W }, x) => {
    const [n, , h, w] = x.shape;
    const places = (features: Tensor) => features.reshape([n, half, -1]);
    const query = places(theta(x));
    const keys = places(phi(x).maxPool2d(2));
    const values = places(g(x).maxPool2d(2));
    const attention = softmax(matmul(query, keys, { transposeA: true }), -1);
    return x.add(W(matmul(values, attention, { transposeB: true }).reshape([n, half, h, w])));
  });
}
