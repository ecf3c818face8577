/** How elementwise ops are declared and their operands brought to one shape. */

import type { DType } from "../hostArray.ts";
import type { ElementwiseOp, Scalar, Vjp } from "../op.ts";
import { broadcastShapes } from "../shape.ts";
import { apply, Tensor, type Operand } from "../tensor.ts";
import { broadcast } from "./movement.ts";
import { constant } from "./sources.ts";

/** What an elementwise function is, but for its name and its gradients. */
export interface Declaration {
  wgsl: string;
  f64(this: void, ...values: number[]): Scalar;
  /** The same modulo 2³², where float64 would round before the remainder is taken. */
  u32?: (...values: number[]) => number;
  /** Type of the result; that of the first input unless named. */
  dtype?: DType;
  /** Types that the inputs may have, all of them the same; f32 only unless named. */
  accepts?: readonly DType[];
  /** The type of each input, where they differ. */
  operands?: readonly DType[];
  cost?: number;
}

/** Declares an elementwise op of any number of inputs of one shape. */
export function elementwise(name: string, declaration: Declaration & { vjp?: readonly Vjp[] }): ElementwiseOp {
  const accepts = declaration.accepts ?? ["f32"];
  return {
    kind: "elementwise",
    name,
    wgsl: declaration.wgsl,
    f64: declaration.f64,
    ...(declaration.u32 && { u32: declaration.u32 }),
    cost: declaration.cost ?? 1,
    ...(declaration.vjp && { vjp: declaration.vjp }),
    infer(inputs) {
      const first = inputs[0];
      const { operands } = declaration;
      const fits = ({ dtype }: Tensor, at: number) =>
        operands === undefined ? dtype === first.dtype && accepts.includes(dtype) : dtype === operands[at];
      if (!inputs.every(fits))
        throw new TypeError(
          `${name}: takes ${operands?.join(" and ") ?? `${accepts.join(" or ")}, all of one type`}, got ${inputs.map((input) => input.describe()).join(" and ")}`,
        );
      return { shape: first.shape, dtype: declaration.dtype ?? first.dtype };
    },
  };
}

/** Makes a tensor of a number, typed like the operand beside it. */
export const asTensor = (operand: Operand, like: DType = "f32"): Tensor =>
  operand instanceof Tensor ? operand : constant(operand, like);

/** The number that every element of a constant is; null of anything else. */
export function knownNumber({ op, inputs, attributes }: Tensor): number | null {
  if (op.name === "broadcast") return knownNumber(inputs[0]);
  const { value } = attributes as { value?: unknown };
  return typeof value === "number" ? value : null;
}

/** Stretches operands to their common shape. */
export function aligned(name: string, operands: readonly Tensor[]): Tensor[] {
  const shape = operands.map((operand) => operand.shape).reduce((a, b) => broadcastShapes(name, a, b));
  return operands.map((operand) => broadcast(operand, shape));
}

type UnaryVjp = (dy: Tensor, x: Tensor, y: Tensor) => Tensor | null;

/** Declares a function of one tensor. */
export function unary(name: string, declaration: Declaration & { vjp?: UnaryVjp }): (x: Operand) => Tensor {
  const { vjp, ...rest } = declaration;
  const op = elementwise(name, { ...rest, ...(vjp && { vjp: [(dy, [x], y) => vjp(dy, x, y)] }) });
  return (x) => apply(op, [asTensor(x)]);
}

type BinaryVjp = (dy: Tensor, x: Tensor, y: Tensor, z: Tensor) => Tensor | null;

/** Declares a function of two tensors, which broadcast. */
export function binary(
  name: string,
  declaration: Declaration & { vjp?: readonly [BinaryVjp | null, BinaryVjp | null] },
): (x: Operand, y: Operand) => Tensor {
  const { vjp, ...rest } = declaration;
  const rules = vjp?.map(
    (rule): Vjp =>
      (dz, [x, y], z) =>
        rule?.(dz, x, y, z) ?? null,
  );
  const op = elementwise(name, { ...rest, ...(rules && { vjp: rules }) });
  return (x, y) => {
    const like = x instanceof Tensor ? x.dtype : y instanceof Tensor ? y.dtype : "f32";
    return apply(op, aligned(name, [asTensor(x, like), asTensor(y, like)]));
  };
}
