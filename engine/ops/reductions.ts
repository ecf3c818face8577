/** Reductions made of sums, extremes and products: of spread, of place, of truth. */

import { expectElements, expectFloats } from "../expect.ts";
import { axesOf, axisOf, sizeOf, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { sliceAxis } from "./arrange.ts";
import { equal, greater, isNan, less, not, sub, where } from "./elementwise.ts";
import { broadcast, concat, ones, reshape, transpose } from "./movement.ts";
import { max, mean, min, sum } from "./reduce.ts";
import { constant, iota } from "./sources.ts";

type Axes = number | readonly number[];

/** The shape with these axes dropped, or kept with extent 1. */
const reduced = (shape: Shape, axes: readonly number[], keepDims = false): Shape =>
  shape.flatMap((extent, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [extent]));

/**
 * The product over axes (all by default), 1 of nothing. Factors are multiplied in pairs, products of pairs in pairs and so on:
 * nothing is divided by a factor, so that gradients of any order are right where factors are 0.
 */
export function prod(x: Tensor, axes?: Axes, options?: { keepDims?: boolean }): Tensor {
  const list = axesOf("prod", axes, x.rank);
  const kept = x.shape.flatMap((_, axis) => (list.includes(axis) ? [] : [axis]));
  const shape = reduced(x.shape, list, options?.keepDims);
  let count = sizeOf(list.map((axis) => x.shape[axis]));
  if (count === 0) return ones(shape, x.dtype);
  let factors = reshape(transpose(x, [...kept, ...list]), [sizeOf(shape), count]);
  while (count > 1) {
    const half = Math.floor(count / 2);
    const pairs = sliceAxis(factors, 1, [0, half]).mul(sliceAxis(factors, 1, [half, 2 * half]));
    factors = count % 2 === 0 ? pairs : concat([pairs, sliceAxis(factors, 1, [2 * half])], 1);
    count = factors.shape[1];
  }
  return reshape(factors, shape);
}

/**
 * The mean of squared deviations from the mean over axes (all by default); with `correction` the sum of squares is divided by
 * n − correction, 1 for an unbiased estimate. Throws a RangeError where that is not positive.
 */
export function variance(
  x: Tensor,
  axes?: Axes,
  { keepDims = false, correction = 0 }: { keepDims?: boolean; correction?: number } = {},
): Tensor {
  const list = axesOf("variance", axes, x.rank);
  expectFloats("variance", [x]);
  expectElements("variance", x, list);
  const freedom = sizeOf(list.map((axis) => x.shape[axis])) - correction;
  if (!(freedom > 0))
    throw new RangeError(`variance: ${freedom + correction} elements leave nothing with a correction of ${correction}`);
  return x
    .sub(mean(x, list, { keepDims: true }))
    .square()
    .sum(list, { keepDims })
    .div(freedom);
}

/**
 * √Σ x² over axes (all by default). At x = 0, where it has no derivative, its gradients of every order are 0. Squares must
 * be f32: for |x| between 1e-19 and 1e19.
 */
export function norm(x: Tensor, axes?: Axes, options?: { keepDims?: boolean }): Tensor {
  const squares = sum(x.square(), axes, options);
  const none = equal(squares, 0);
  return where(none, 0, where(none, 1, squares).sqrt());
}

/** Where the first NaN is, else the first element equal to the extreme. */
function placeOf(caller: string, extreme: typeof max, x: Tensor, axis: number | undefined, keepDims = false): Tensor {
  expectFloats(caller, [x]);
  if (axis === undefined) {
    const place = placeOf(caller, extreme, reshape(x, [x.size]), 0);
    return keepDims
      ? reshape(
          place,
          x.shape.map(() => 1),
        )
      : place;
  }
  const at = axisOf(caller, axis, x.rank);
  expectElements(caller, x, [at]);
  const extent = x.shape[at];
  const places = broadcast(
    reshape(
      iota([extent]),
      x.shape.map((_, a) => (a === at ? extent : 1)),
    ),
    x.shape,
  );
  const attains = equal(x, extreme(x, at, { keepDims: true }));
  // Behind every place of a NaN come those of the extreme, which a NaN may have spoilt.
  const rank = where(isNan(x), places, where(attains, places.add(extent), constant(0xffffffff, "u32")));
  const first = min(rank, at, { keepDims });
  return where(less(first, extent), first, sub(first, extent));
}

/**
 * Where the largest element is along an axis, or among all in row-major order: u32, the first of several. A NaN counts as the
 * largest, as in PyTorch.
 */
export const argmax = (x: Tensor, axis?: number, options?: { keepDims?: boolean }): Tensor =>
  placeOf("argmax", max, x, axis, options?.keepDims);

/**
 * Where the smallest element is along an axis, or among all in row-major order: u32, the first of several. A NaN counts as
 * the smallest, as in PyTorch.
 */
export const argmin = (x: Tensor, axis?: number, options?: { keepDims?: boolean }): Tensor =>
  placeOf("argmin", min, x, axis, options?.keepDims);

/** Whether any of the truth values over axes (all by default) holds; none of none does. */
export function any(x: Tensor, axes?: Axes, options?: { keepDims?: boolean }): Tensor {
  if (x.dtype !== "bool") throw new TypeError(`any: takes bool, got ${x.describe()}`);
  return greater(sum(x.toIndex(), axes, options), 0);
}

/** Whether all of the truth values over axes (all by default) hold; all of none do. */
export function all(x: Tensor, axes?: Axes, options?: { keepDims?: boolean }): Tensor {
  if (x.dtype !== "bool") throw new TypeError(`all: takes bool, got ${x.describe()}`);
  return not(any(not(x), axes, options));
}
