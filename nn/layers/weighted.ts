/** What linear and convolutional layers have in common: a weight, perhaps a bias, and where the two begin. */

import type { Key, Shape, Tensor } from "../../engine/index.ts";
import { defaultUniform, fansOf, type Initializer } from "../init.ts";
import { keysOf, type Module } from "../module.ts";

export type WeightedParameters = { weight: Tensor; bias?: Tensor };

export interface WeightedOptions {
  /** Whether each output has a number added to it; true by default. */
  bias?: boolean;
  /** Where weight and bias begin; uniform on ±1/√fanIn by default, as in PyTorch. */
  init?: { readonly weight?: Initializer; readonly bias?: Initializer };
}

/** A layer with a weight, which `weightNorm` and `spectralNorm` compute from other parameters. */
export interface Weighted extends Module<WeightedParameters> {
  /** The axis of the weight along which the outputs lie. */
  readonly outputAxis: 0 | 1;
}

/** Fresh parameters for a weight of some shape and a bias `[outputs]`. */
export function initialWeights(key: Key, shape: Shape, outputs: number, options: WeightedOptions): WeightedParameters {
  const { bias = true, init = {} } = options;
  const [forWeight, forBias] = keysOf(key, 2);
  const fans = fansOf(shape);
  const weight = (init.weight ?? defaultUniform)(forWeight, shape, fans);
  return bias ? { weight, bias: (init.bias ?? defaultUniform)(forBias, [outputs], fans) } : { weight };
}
