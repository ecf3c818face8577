/** Pooling: the largest or the mean of each window of an image. Over the whole image: `x.max([2, 3])`, `x.mean([2, 3])`. */

import { showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { ones } from "./movement.ts";
import { max, maxOp, sum } from "./reduce.ts";
import { pair, slidingWindow, windowsAlong, type Pair, type WindowOptions } from "./slidingWindow.ts";
import { windows } from "./windows.ts";

/** Throws a RangeError if there is a window without a pixel, which has no largest and no mean. */
function expectPixels(where: string, x: Tensor, kernel: Pair, options: WindowOptions): void {
  const window = slidingWindow(where, options);
  const { stride, padding, dilation } = window;
  const isEmpty = (axis: 0 | 1): boolean => {
    const [extent, taps] = [x.shape[2 + axis], kernel[axis]];
    const meets = (place: number) => {
      const start = place * stride[axis] - padding[axis];
      return Array.from({ length: taps }, (_, tap) => start + tap * dilation[axis]).some(
        (at) => at >= 0 && at < extent,
      );
    };
    return !Array.from({ length: Math.max(windowsAlong(extent, taps, axis, window), 0) }, (_, place) => place).every(
      meets,
    );
  };
  if (padding.some((width) => width > 0) && (isEmpty(0) || isEmpty(1)))
    throw new RangeError(
      `${where}: a window lies in the padding alone (x ${showShape(x.shape)}, kernel ${showShape(kernel)}, ${JSON.stringify(window)})`,
    );
}

/**
 * The largest of each window, `x [n, c, h, w] → [n, c, oh, ow]`, as PyTorch's max_pool2d: what does not fill a window is
 * dropped, padding is never the largest, and the stride is the kernel unless given. Equal maxima of a window share its
 * gradient, where PyTorch gives it to the first.
 */
export function maxPool2d(x: Tensor, kernel: number | Pair, options: WindowOptions = {}): Tensor {
  const full = { stride: kernel, ...options };
  expectPixels("maxPool2d", x, pair(kernel), full);
  return max(windows(x, kernel, { ...full, fill: maxOp.combine.identity }), [4, 5]);
}

export interface AvgPoolOptions extends Omit<WindowOptions, "dilation"> {
  /** Whether a window's padding counts as zeros, as by default, or its mean is that of its pixels alone. */
  countPadding?: boolean;
}

/**
 * The mean of each window, `x [n, c, h, w] → [n, c, oh, ow]`, as PyTorch's avg_pool2d: what does not fill a window is
 * dropped, and the stride is the kernel unless given. `countPadding` is PyTorch's count_include_pad.
 */
export function avgPool2d(
  x: Tensor,
  kernel: number | Pair,
  { countPadding = true, ...options }: AvgPoolOptions = {},
): Tensor {
  const full = { stride: kernel, ...options };
  expectPixels("avgPool2d", x, pair(kernel), full);
  const total = sum(windows(x, kernel, full), [4, 5]);
  const [rows, columns] = pair(kernel);
  if (countPadding || pair(options.padding ?? 0).every((width) => width === 0)) return total.div(rows * columns);
  return total.div(sum(windows(ones([1, 1, ...x.shape.slice(2)]), kernel, full), [4, 5]));
}
