/** Convolutions padded as TensorFlow's "SAME": by what the size asks for, and one more at the end where that is odd. */

import { conv2d as convolve, conv2dInput, type Shape, type Tensor } from "../../engine/index.ts";
import { perChannel } from "./channels.ts";
import { initialWeights, type Weighted, type WeightedOptions } from "./weighted.ts";

export interface SameOptions extends WeightedOptions {
  /** Distance between windows; at least 1. */
  stride?: number;
}

/** Zeros before and after `extent` pixels for ⌈extent / stride⌉ windows. */
function padded(extent: number, kernel: number, stride: number): [before: number, after: number] {
  const total = Math.max((Math.ceil(extent / stride) - 1) * stride + kernel - extent, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** `x [n, inputs, h, w] → [n, outputs, ⌈h / stride⌉, ⌈w / stride⌉]`, weight `[outputs, inputs, kernel, kernel]`. */
export function conv2dSame(inputs: number, outputs: number, kernel: number, options: SameOptions = {}): Weighted {
  const { stride = 1 } = options;
  return {
    outputAxis: 0,
    init: (key) => initialWeights(key, [outputs, inputs, kernel, kernel], outputs, options),
    apply({ weight, bias }, x) {
      const [rows, columns] = [x.shape[2], x.shape[3]].map((extent) => padded(extent, kernel, stride));
      const y = convolve(x.pad([[0, 0], [0, 0], rows, columns]), weight, { stride });
      return bias === undefined ? y : y.add(perChannel(bias, y));
    },
  };
}

/**
 * The adjoint of `conv2dSame` in the size of what it puts out: `x [n, inputs, h, w] → [n, outputs, size, size]`, weight `[inputs,
 * outputs, kernel, kernel]`. Throws a RangeError for a size that the convolution does not take to h × w.
 */
export function convTranspose2dSame(
  inputs: number,
  outputs: number,
  kernel: number,
  options: SameOptions & { size: number },
): Weighted {
  const { stride = 1, size } = options;
  return {
    outputAxis: 1,
    init: (key) => initialWeights(key, [inputs, outputs, kernel, kernel], outputs, options),
    apply({ weight, bias }, x: Tensor) {
      if (Math.ceil(size / stride) !== x.shape[2] || x.shape[2] !== x.shape[3])
        throw new RangeError(`convTranspose2dSame: stride ${stride} takes no size of ${size} to ${x.describe()}`);
      const [before, after] = padded(size, kernel, stride);
      const shape: Shape = [x.shape[0], outputs, before + size + after, before + size + after];
      const whole = conv2dInput(x, weight, { stride, shape });
      const y = whole.slice([null, null, [before, before + size], [before, before + size]]);
      return bias === undefined ? y : y.add(perChannel(bias, y));
    },
  };
}
