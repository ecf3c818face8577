/** Weight normalisation: direction and length of every output's weights, learned apart. */

import type { Tensor } from "../../engine/index.ts";
import type { Module } from "../module.ts";
import type { Weighted } from "./weighted.ts";

export type WeightNormParameters = { weight_g: Tensor; weight_v: Tensor; bias?: Tensor };

/**
 * A layer whose weight is g · v/‖v‖, with `weight_v` shaped like it and one length in `weight_g` for each slice along its
 * first axis, which stays with extents of 1: PyTorch's `nn.utils.weight_norm` (Salimans & Kingma 2016). It begins as the layer
 * would. Since PyTorch takes the first axis always, the lengths of a transposed convolution belong to its inputs.
 */
export function weightNorm(layer: Weighted): Module<WeightNormParameters> {
  return {
    init(key) {
      const { weight, ...rest } = layer.init(key);
      return { weight_g: lengths(weight), weight_v: weight, ...rest };
    },
    apply({ weight_g, weight_v, ...rest }, x, pass) {
      return layer.apply({ ...rest, weight: weight_v.mul(weight_g.div(lengths(weight_v))) }, x, pass);
    },
  };
}

/** ‖v‖ over all axes but the first: `[o, …] → [o, 1, …]`. */
const lengths = (v: Tensor): Tensor =>
  v
    .square()
    .sum(v.shape.map((_, axis) => axis).slice(1), { keepDims: true })
    .sqrt();
