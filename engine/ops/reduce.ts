/** Sums and extremes over axes. */

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
    if (op.name !== "sum") expectElements(op.name, x, axes);
    return { shape: x.shape.filter((_, axis) => !axes.includes(axis)), dtype: x.dtype };
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
  combine: { wgsl: "larger(a, b)", identity: -LARGEST, f64: Math.max },
  vjp: extremeVjp,
});

const minOp = reduction({
  name: "min",
  combine: { wgsl: "smaller(a, b)", identity: LARGEST, f64: Math.min },
  vjp: extremeVjp,
});

/** On u32, the sum modulo 2³²; exact, so that nothing need be stored for a gradient. */
const indexSumOp = reduction({
  name: "sum",
  combine: { wgsl: "a + b", identity: 0, f64: (a, b) => (a + b) % 2 ** 32 },
});

const indexMaxOp = reduction({ name: "max", combine: { wgsl: "max(a, b)", identity: 0, f64: Math.max } });

const indexMinOp = reduction({ name: "min", combine: { wgsl: "min(a, b)", identity: 0xffffffff, f64: Math.min } });

const reduce = (floats: ReduceOp, indices: ReduceOp) =>
  function (x: Tensor, axes?: number | readonly number[], options?: { keepDims?: boolean }): Tensor {
    const op = x.dtype === "u32" ? indices : floats;
    if (x.dtype !== "f32" && x.dtype !== "u32")
      throw new TypeError(`${op.name}: takes f32 or u32, got ${x.describe()}`);
    const list = axesOf(op.name, axes, x.rank);
    const y = list.length === 0 ? x : apply(op, [x], { axes: list });
    return options?.keepDims ? restored(y, x.shape, list) : y;
  };

/** Σ over axes (all by default); of u32 modulo 2³². */
export const sum = reduce(sumOp, indexSumOp);

/** The largest element over axes, NaN if one is; the gradient is shared equally among ties. */
export const max = reduce(maxOp, indexMaxOp);

/** The smallest element over axes, NaN if one is; the gradient is shared equally among ties. */
export const min = reduce(minOp, indexMinOp);

/** The arithmetic mean over axes (all by default). */
export function mean(x: Tensor, axes?: number | readonly number[], options?: { keepDims?: boolean }): Tensor {
  const list = axesOf("mean", axes, x.rank);
  expectFloats("mean", [x]);
  expectElements("mean", x, list);
  const count = list.reduce((product, axis) => product * x.shape[axis], 1);
  return sum(x, axes, options).div(count);
}
