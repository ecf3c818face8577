/**
 * Order along the last axis, by counting: the rank of an element is how many come before it. No data moves until ranks are
 * known, and ranks are sums over an expression, so that compiled code needs no more memory than its result. The work is the
 * square of the extent: meant for rows of up to a few thousand.
 */

import { expectFloats } from "../expect.ts";
import { axisOf, showShape } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";
import { elementwise } from "./declare.ts";
import { equal, less, where } from "./elementwise.ts";
import { expandDims } from "./arrange.ts";
import { broadcast, reshape } from "./movement.ts";
import { sum } from "./reduce.ts";
import { gather } from "./rows.ts";
import { iota } from "./sources.ts";

/** Whether x comes before y in ascending order, `first` deciding between equals; NaN comes after every number. */
export const precedesOp = elementwise("precedes", {
  wgsl: "select(0u, 1u, precedes(x, y, z))",
  f64: (x, y, first) => {
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(y) && (!Number.isNaN(x) || first === 1));
    return Number(x < y || (x === y && first === 1));
  },
  operands: ["f32", "f32", "bool"],
  dtype: "u32",
  cost: 4,
});

/** The places of the first `count` elements of a row in order: `x [..., n] → u32 [..., count]`. */
function order(caller: string, x: Tensor, descending: boolean, count: number): Tensor {
  expectFloats(caller, [x]);
  axisOf(caller, -1, x.rank);
  const n = x.shape.at(-1)!;
  const pairs = [...x.shape, n];
  const [mine, other] = [expandDims(x, -1), expandDims(x, -2)].map((operand) => broadcast(operand, pairs));
  const place = iota([n]);
  const isFirst = broadcast(less(reshape(place, [1, n]), reshape(place, [n, 1])), pairs);
  const rank = sum(apply(precedesOp, descending ? [mine, other, isFirst] : [other, mine, isFirst]), -1);
  // The one element of each rank: places turned into ranks, turned round.
  const chosen = equal(expandDims(rank, -2), reshape(iota([count]), [count, 1]));
  return sum(where(chosen, place, 0), -1);
}

/**
 * The places of a row's elements in order, `x [..., n] → u32 [..., n]`: x[…, y[…, i]] ascends. Equal elements stay in
 * order, also when it is `descending`; a NaN counts as larger than every number.
 */
export const argsort = (x: Tensor, { descending = false }: { descending?: boolean } = {}): Tensor =>
  order("argsort", x, descending, x.shape.at(-1) ?? 0);

/** A row's elements in order, see `argsort`. A gradient goes back to where they came from. */
export const sort = (x: Tensor, { descending = false }: { descending?: boolean } = {}): Tensor =>
  gather(x, -1, order("sort", x, descending, x.shape.at(-1) ?? 0));

/** The `count` largest elements of a row, or smallest, in order and with their places: see `argsort`. */
export function topK(
  x: Tensor,
  count: number,
  { largest = true }: { largest?: boolean } = {},
): { values: Tensor; indices: Tensor } {
  if (!Number.isInteger(count) || count < 0 || count > (x.shape.at(-1) ?? 0))
    throw new RangeError(`topK: ${count} elements out of a row of ${showShape(x.shape)}`);
  const indices = order("topK", x, largest, count);
  return { values: gather(x, -1, indices), indices };
}
