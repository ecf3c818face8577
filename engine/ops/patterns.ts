/** Tensors known from the places of their elements: triangles, rows with a single 1, even steps. */

import { showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { equal, greaterEqual, toFloat, where } from "./elementwise.ts";
import { broadcast, reshape } from "./movement.ts";
import { constant, iota } from "./sources.ts";

function expectMatrices(where: string, x: Tensor, diagonal: number): void {
  if (x.rank < 2) throw new RangeError(`${where}: takes two axes or more, got ${showShape(x.shape)}`);
  if (!Number.isInteger(diagonal)) throw new RangeError(`${where}: the diagonal is an integer, got ${diagonal}`);
}

/** Whether j ≤ i + diagonal, at every place of the last two axes. */
function isLower(x: Tensor, diagonal: number): Tensor {
  const [rows, columns] = x.shape.slice(-2);
  // Indices have no sign, so a negative diagonal moves the columns.
  const row = iota([rows, 1]).add(Math.max(diagonal, 0));
  const column = iota([1, columns]).add(Math.max(-diagonal, 0));
  return broadcast(greaterEqual(row, column), x.shape);
}

/** The lower triangle of the last two axes, x[…, i, j] where j ≤ i + diagonal, and zeros above it. Of any type but keys. */
export function tril(x: Tensor, diagonal = 0): Tensor {
  expectMatrices("tril", x, diagonal);
  return where(isLower(x, diagonal), x, 0);
}

/** The upper triangle of the last two axes, x[…, i, j] where j ≥ i + diagonal, and zeros below it. Of any type but keys. */
export function triu(x: Tensor, diagonal = 0): Tensor {
  expectMatrices("triu", x, diagonal);
  return where(isLower(x, diagonal - 1), 0, x);
}

/** 1 at the place that each index names and 0 elsewhere: `u32 […] → f32 […, count]`; all 0 for an index from `count` on. */
export function oneHot(indices: Tensor, count: number): Tensor {
  if (indices.dtype !== "u32") throw new TypeError(`oneHot: takes u32 indices, got ${indices.describe()}`);
  return toFloat(equal(reshape(indices, [...indices.shape, 1]), iota([count])));
}

/** `count` numbers at even distances from `start` to `end`, both included: f32 [count]; `start` alone if it is one. */
export function linspace(start: number, end: number, count: number): Tensor {
  if (count <= 1) return broadcast(constant(start), [count]);
  // A mean of both ends, so that the last number is `end` and not nearly so.
  const share = toFloat(iota([count])).div(count - 1);
  return share.mul(end).add(share.neg().add(1).mul(start));
}
