/** Transposed convolution: the adjoint of a convolution, which enlarges. */

import { convTranspose2d as convolve, type ConvTranspose2dOptions } from "../../engine/index.ts";
import { perChannel, perGroup } from "./channels.ts";
import { initialWeights, type Weighted, type WeightedOptions } from "./weighted.ts";

/**
 * `x [n, inputs, h, w] → [n, outputs, (h − 1) stride − 2 padding + dilation (kernel − 1) + outputPadding + 1, …]`, weight
 * `[inputs, outputs / groups, kernel, kernel]`, as PyTorch's ConvTranspose2d. Throws a RangeError for outputs that do not
 * divide into groups.
 */
export function convTranspose2d(
  inputs: number,
  outputs: number,
  kernel: number,
  options: ConvTranspose2dOptions & WeightedOptions = {},
): Weighted {
  const shape = [inputs, perGroup("convTranspose2d", outputs, options), kernel, kernel];
  return {
    outputAxis: 1,
    init: (key) => initialWeights(key, shape, outputs, options),
    apply({ weight, bias }, x) {
      const y = convolve(x, weight, options);
      return bias === undefined ? y : y.add(perChannel(bias, y));
    },
  };
}
