/** Sums, products and extremes over axes. */

import { expectElements, expectFloats } from "../expect.ts";
import type { Attributes, ReduceOp } from "../op.ts";
import { axesOf, type Shape } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";
import { broadcast, reshape } from "./movement.ts";
import { equal, toFloat } from "./elementwise.ts";

interface Axes extends Attributes {
  axes: readonly number[];
}

/** Largest finite f32: an identity for extremes, since WGSL has no infinity to rely on. */
const LARGEST = 3.4028234663852886e38;

const reduction = (op: Omit<ReduceOp<Axes>, "kind" | "infer">): ReduceOp => ({
  ...op,
  kind: "reduce",
  infer([x]: readonly Tensor[], { axes }: Axes) {
    expectFloats(op.name, [x]);
    if (op.combine.identity !== 0) expectElements(op.name, x, axes);
    return { shape: x.shape.filter((_, axis) => !axes.includes(axis)), dtype: "f32" };
  },
});

/** Puts the reduced axes back with extent 1, so that the result broadcasts against the input. */
const restored = (y: Tensor, shape: Shape, axes: readonly number[]): Tensor =>
  reshape(
    y,
    shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)),
  );

const sumOp = reduction({
  name: "sum",
  combine: { wgsl: "a + b", identity: 0, f64: (a, b) => a + b },
  vjp: [(dy, [x], _y, { axes }) => broadcast(restored(dy, x.shape, axes), x.shape)],
});

/** An extreme's gradient goes to every element that attains it, in equal shares. */
const extremeVjp: NonNullable<ReduceOp<Axes>["vjp"]> = [
  (dy, [x], y, { axes }) => {
    const chosen = toFloat(equal(x, broadcast(restored(y, x.shape, axes), x.shape)));
    const share = restored(dy.div(sum(chosen, axes)), x.shape, axes);
    return chosen.mul(broadcast(share, x.shape));
  },
];

export const maxOp = reduction({
  name: "max",
  combine: { wgsl: "max(a, b)", identity: -LARGEST, f64: Math.max },
  vjp: extremeVjp,
});

const minOp = reduction({
  name: "min",
  combine: { wgsl: "min(a, b)", identity: LARGEST, f64: Math.min },
  vjp: extremeVjp,
});

const reduce = (op: ReduceOp) =>
  function (x: Tensor, axes?: number | readonly number[], options?: { keepDims?: boolean }): Tensor {
    const list = axesOf(op.name, axes, x.rank);
    const y = list.length === 0 ? x : apply(op, [x], { axes: list });
    return options?.keepDims ? restored(y, x.shape, list) : y;
  };

/** Σ over axes (all by default). */
export const sum = reduce(sumOp);

/** The largest element over axes; the gradient is shared equally among ties. */
export const max = reduce(maxOp);

/** The smallest element over axes; the gradient is shared equally among ties. */
export const min = reduce(minOp);

/** The arithmetic mean over axes (all by default). */
export function mean(x: Tensor, axes?: number | readonly number[], options?: { keepDims?: boolean }): Tensor {
  const list = axesOf("mean", axes, x.rank);
  expectElements("mean", x, list);
  const count = list.reduce((product, axis) => product * x.shape[axis], 1);
  return sum(x, axes, options).div(count);
}
