/** Tensors that come from elsewhere: constants, arguments of a traced program, live buffers, indices. */

import type { DType } from "../hostArray.ts";
import type { Attributes, Signature, SourceOp } from "../op.ts";
import { apply, Tensor } from "../tensor.ts";
import { checkShape, type Shape } from "../shape.ts";

const source = <A extends Attributes>(name: string, infer: (attributes: A) => Signature): SourceOp<A> => ({
  kind: "source",
  name,
  infer: (_inputs, attributes) => infer(attributes),
});

/** A number written into the shader. */
export const constantOp = source<{ value: number | readonly [number, number]; dtype: DType }>(
  "constant",
  ({ dtype }) => ({ shape: [], dtype }),
);

/** A number given at each run, in the block of parameters: data, never a reason to trace again. */
export const argumentOp = source<{ dtype: DType }>("argument", ({ dtype }) => ({ shape: [], dtype }));

/** A buffer given at each run. */
export const inputOp = source<Signature & { label: string }>("input", ({ shape, dtype }) => ({ shape, dtype }));

/** A buffer that holds known data. */
export const dataOp = source<Signature>("tensor", ({ shape, dtype }) => ({ shape, dtype }));

/** The index of the present iteration of a loop. */
export const iterationOp = source<Record<string, never>>("iteration", () => ({ shape: [], dtype: "u32" }));

/** 0, 1, 2 … in row-major order. */
export const iotaOp = source<{ shape: Shape }>("iota", ({ shape }) => ({ shape, dtype: "u32" }));

/** A scalar of known value: an f32 unless another type is named. */
export function constant(value: number, dtype: DType = "f32"): Tensor {
  if (!Number.isFinite(Math.fround(value))) throw new RangeError(`constant: WGSL has no literal for ${value}`);
  if (dtype !== "f32" && (!Number.isInteger(value) || value < 0 || value > 0xffffffff))
    throw new RangeError(`constant: a ${dtype} is an integer in [0, 2³²), got ${value}`);
  return apply(constantOp, [], { value: dtype === "key" ? [0, value] : value, dtype });
}

/** Row-major indices: u32, shape as given. */
export const iota = (shape: Shape): Tensor => apply(iotaOp, [], { shape: checkShape("iota", shape) });

/** A placeholder of a traced program. */
export function placeholder(op: SourceOp, attributes: Attributes): Tensor {
  const { shape, dtype } = op.infer([], attributes);
  return new Tensor(op, [], attributes, shape, dtype, "symbolic");
}
