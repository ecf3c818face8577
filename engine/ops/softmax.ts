/** Exponentials over an axis, shifted by its largest element so that none of them overflows. */

import { expectElements, expectFloats } from "../expect.ts";
import { axesOf, axisOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { max, sum } from "./reduce.ts";

/**
 * The largest element along axes that are kept. No derivative of what is computed with it depends on it, since the value
 * does not: it is a constant at every order.
 */
function top(where: string, x: Tensor, axes: readonly number[]): Tensor {
  expectFloats(where, [x]);
  expectElements(where, x, axes);
  return max(x, axes, { keepDims: true }).stopGradient();
}

/**
 * log Σ eˣ over axes (all by default), right for numbers of any size whose differences are f32. Throws a RangeError where
 * there are no elements.
 */
export function logSumExp(x: Tensor, axes?: number | readonly number[], options?: { keepDims?: boolean }): Tensor {
  const list = axesOf("logSumExp", axes, x.rank);
  const largest = top("logSumExp", x, list);
  const total = sum(x.sub(largest).exp(), list, { keepDims: true }).log().add(largest);
  return options?.keepDims ? total : total.reshape(x.shape.filter((_, axis) => !list.includes(axis)));
}

/** eˣ / Σ eˣ along an axis (the last by default): positive, and 1 in sum. Throws a RangeError where there are no elements. */
export function softmax(x: Tensor, axis = -1): Tensor {
  const list = [axisOf("softmax", axis, x.rank)];
  const e = x.sub(top("softmax", x, list)).exp();
  return e.div(sum(e, list, { keepDims: true }));
}

/**
 * x − log Σ eˣ along an axis (the last by default): the logarithm of `softmax`, which keeps its digits where that is 0.
 * Throws a RangeError where there are no elements.
 */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const list = [axisOf("logSoftmax", axis, x.rank)];
  const shifted = x.sub(top("logSoftmax", x, list));
  return shifted.sub(sum(shifted.exp(), list, { keepDims: true }).log());
}
