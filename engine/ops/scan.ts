/** Running sums. */

import { expectFloats } from "../expect.ts";
import { gridOf } from "../grid.ts";
import type { Attributes, KernelOp } from "../op.ts";
import { axisOf, sizeOf, type Shape } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";

interface Scan extends Attributes {
  axis: number;
  reverse: boolean;
  exclusive: boolean;
}

/** How many walks there are before and behind an axis, and how far each goes. */
const extentsOf = (shape: Shape, axis: number) => ({
  outer: sizeOf(shape.slice(0, axis)),
  count: shape[axis],
  inner: sizeOf(shape.slice(axis + 1)),
});

export const cumsumOp: KernelOp<Scan> = {
  kind: "kernel",
  name: "cumsum",
  infer([x]) {
    expectFloats("cumsum", [x]);
    return { shape: x.shape, dtype: "f32" };
  },
  reference([{ data, shape }], { axis, reverse, exclusive }) {
    const { outer, count, inner } = extentsOf(shape, axis);
    const y = new Float64Array(data.length);
    for (let walk = 0; walk < outer * inner; walk++) {
      const start = Math.floor(walk / inner) * count * inner + (walk % inner);
      let total = 0;
      for (let step = 0; step < count; step++) {
        const at = start + (reverse ? count - 1 - step : step) * inner;
        y[at] = exclusive ? total : total + data[at];
        total += data[at];
      }
    }
    return y;
  },
  launch(_node, [x], { axis, reverse, exclusive }) {
    const { outer, count, inner } = extentsOf(x.shape, axis);
    return {
      shader: "scan",
      overrides: {
        OUTER: outer,
        COUNT: count,
        INNER: inner,
        REVERSE: Number(reverse),
        EXCLUSIVE: Number(exclusive),
      },
      inputs: [x],
      groups: gridOf(x.size === 0 ? 0 : outer * inner),
      flops: x.size,
    };
  },
  // yₙ = Σ_{m ≤ n} xₘ, so xₘ is part of every yₙ with n ≥ m: the sum from the other end.
  vjp: [(dy, _inputs, _y, { axis, reverse, exclusive }) => cumsum(dy, axis, { reverse: !reverse, exclusive })],
};

/**
 * Running sums along an axis: y[n] = x[0] + … + x[n]. With `exclusive` without x[n] itself, with `reverse` from the end.
 */
export function cumsum(
  x: Tensor,
  axis: number,
  { reverse = false, exclusive = false }: { reverse?: boolean; exclusive?: boolean } = {},
): Tensor {
  return apply(cumsumOp, [x], { axis: axisOf("cumsum", axis, x.rank), reverse, exclusive });
}
