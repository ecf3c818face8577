/** The two-dimensional convolutional layer. */

import { conv2d as convolve, type Conv2dOptions } from "../../engine/index.ts";
import { pair, type Pair } from "../../engine/ops/slidingWindow.ts";
import { perChannel, perGroup } from "./channels.ts";
import { initialWeights, type Weighted, type WeightedOptions } from "./weighted.ts";

/**
 * `x [n, inputs, h, w] → [n, outputs, oh, ow]`, weight `[outputs, inputs / groups, kernel, kernel]`, as PyTorch's Conv2d; a kernel
 * of [rows, columns] is not square. Throws a RangeError for inputs that do not divide into groups.
 */
export function conv2d(
  inputs: number,
  outputs: number,
  kernel: number | Pair,
  options: Conv2dOptions & WeightedOptions = {},
): Weighted {
  const shape = [outputs, perGroup("conv2d", inputs, options), ...pair(kernel)];
  return {
    outputAxis: 0,
    init: (key) => initialWeights(key, shape, outputs, options),
    apply({ weight, bias }, x) {
      const y = convolve(x, weight, options);
      return bias === undefined ? y : y.add(perChannel(bias, y));
    },
  };
}
