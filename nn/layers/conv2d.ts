/** The two-dimensional convolutional layer. */

import { conv2d as convolve, type Conv2dOptions, type Tensor } from "../../engine/index.ts";
import { defaultUniform } from "../init.ts";
import { keysOf, type Module } from "../module.ts";

export type Conv2dParameters = { weight: Tensor; bias?: Tensor };

/** `x [n, inputs, h, w] → [n, outputs, oh, ow]`, weight `[outputs, inputs, kernel, kernel]`, as PyTorch's Conv2d. */
export function conv2d(
  inputs: number,
  outputs: number,
  kernel: number,
  options: Conv2dOptions & { bias?: boolean } = {},
): Module<Conv2dParameters> {
  const fanIn = inputs * kernel * kernel;
  return {
    init(key) {
      const [forWeight, forBias] = keysOf(key, 2);
      const weight = defaultUniform(forWeight, [outputs, inputs, kernel, kernel], fanIn);
      return options.bias === false ? { weight } : { weight, bias: defaultUniform(forBias, [outputs], fanIn) };
    },
    apply({ weight, bias }, x) {
      const y = convolve(x, weight, options);
      return bias === undefined ? y : y.add(bias.reshape([1, outputs, 1, 1]));
    },
  };
}
