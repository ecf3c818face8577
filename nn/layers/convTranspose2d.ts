/** Transposed convolution: the adjoint of a convolution, which enlarges. */

import { conv2dInput, type Conv2dOptions, type Shape } from "../../engine/index.ts";
import { perChannel } from "./channels.ts";
import { initialWeights, type Weighted, type WeightedOptions } from "./weighted.ts";

export interface ConvTranspose2dOptions extends Conv2dOptions, WeightedOptions {
  /** Rows and columns added at the end, one number or [rows, columns]: which of the sizes that the convolution takes to one. */
  outputPadding?: number | readonly [number, number];
}

/**
 * `x [n, inputs, h, w] → [n, outputs, (h − 1) stride − 2 padding + dilation (kernel − 1) + outputPadding + 1, …]`, weight
 * `[inputs, outputs, kernel, kernel]`, as PyTorch's ConvTranspose2d.
 */
export function convTranspose2d(
  inputs: number,
  outputs: number,
  kernel: number,
  options: ConvTranspose2dOptions = {},
): Weighted {
  const along = (value: number | readonly [number, number] | undefined, axis: 0 | 1, fallback: number) =>
    value === undefined ? fallback : typeof value === "number" ? value : value[axis];
  const enlarged = (extent: number, axis: 0 | 1) =>
    (extent - 1) * along(options.stride, axis, 1) -
    2 * along(options.padding, axis, 0) +
    along(options.dilation, axis, 1) * (kernel - 1) +
    along(options.outputPadding, axis, 0) +
    1;
  return {
    outputAxis: 1,
    init: (key) => initialWeights(key, [inputs, outputs, kernel, kernel], outputs, options),
    apply({ weight, bias }, x) {
      const shape: Shape = [x.shape[0], outputs, enlarged(x.shape[2], 0), enlarged(x.shape[3], 1)];
      const y = conv2dInput(x, weight, { ...options, shape });
      return bias === undefined ? y : y.add(perChannel(bias, y));
    },
  };
}
