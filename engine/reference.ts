/** The float64 interpreter: what every program means, in plain loops and without a device. */

import { wordsOf, wordsPer, type DType } from "./hostArray.ts";
import { inOrder } from "./graph.ts";
import type { ReferenceArray, Scalar } from "./op.ts";
import type { Body } from "./ops/loop.ts";
import { constantOp, inputOp, iotaOp, placeholder } from "./ops/sources.ts";
import { numbers, Position } from "./position.ts";
import { showShape, sizeOf, stridesOf, type Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { trace } from "./tracing.ts";
import { leavesOf, mapTree, type Tree } from "./tree.ts";

type Known = Map<Tensor, ReferenceArray>;

/** The values of `outputs`, given those of the placeholders they depend on. */
export function evaluate(outputs: readonly Tensor[], given: ReadonlyMap<Tensor, ReferenceArray>): ReferenceArray[] {
  const known: Known = new Map(given);
  const loops = new Map<Tensor, ReferenceArray[]>();
  for (const node of inOrder(outputs, (tensor) => !known.has(tensor))) {
    if (known.has(node)) continue;
    const { op } = node;
    if (op.kind === "loop") loops.set(node, runLoop(node, known));
    else if (op.kind === "pick")
      known.set(node, loops.get(node.inputs[0])![(node.attributes as { index: number }).index]);
    else known.set(node, { dtype: node.dtype, shape: node.shape, data: compute(node, known) });
  }
  return outputs.map((output) => known.get(output)!);
}

/** A scalar that is known from constants, such as a key, as words. */
export function knownWords(scalar: Tensor): readonly number[] {
  const [{ data }] = evaluate([scalar], new Map());
  return scalar.dtype === "key" ? [...data] : wordsOf(data[0], scalar.dtype);
}

function compute(node: Tensor, known: Known): Float64Array {
  const { op, attributes, shape, dtype } = node;
  const inputs = node.inputs.map((input) => known.get(input)!);
  switch (op.kind) {
    case "source":
      return source(node);
    case "elementwise":
      return each(node, (i) => {
        const values = inputs.map((input) => read(input, i));
        return dtype === "u32" ? Number((op.u32 ?? op.f64)(...(values as number[]))) >>> 0 : op.f64(...values);
      });
    case "movement":
      return each(node, (i) => {
        const position = Position.linear(numbers, shape, i);
        const shapes = inputs.map((input) => input.shape);
        const { alternatives, fill } = op.read(
          position,
          shapes,
          attributes,
          (input, at) => inputs[input].data[at.linear],
        );
        const chosen = alternatives.find(({ when }) => when ?? true);
        if (chosen) return read(inputs[chosen.input], chosen.position.linear);
        return dtype === "key" ? [fill!, fill!] : fill!;
      });
    case "reduce":
      return reduce(node, inputs[0], (attributes as { axes: readonly number[] }).axes);
    case "kernel":
    case "update":
      return op.reference(inputs, attributes, { shape, dtype });
    case "loop":
    case "pick":
      throw new TypeError(`reference: ${op.name} is not computed element by element`);
  }
}

const read = ({ dtype, data }: ReferenceArray, i: number): Scalar =>
  dtype === "key" ? [data[2 * i], data[2 * i + 1]] : data[i];

function each({ size, dtype }: Tensor, value: (i: number) => Scalar): Float64Array {
  const data = new Float64Array(size * wordsPer(dtype));
  for (let i = 0; i < size; i++) {
    const result = value(i);
    if (typeof result === "number") data[i] = result;
    else data.set(result, 2 * i);
  }
  return data;
}

function source(node: Tensor): Float64Array {
  if (node.op === iotaOp) return each(node, (i) => i);
  if (node.op === constantOp) return each(node, () => (node.attributes as { value: Scalar }).value);
  throw new TypeError(`reference: no value was given for ${node.describe()}`);
}

function reduce(node: Tensor, x: ReferenceArray, axes: readonly number[]): Float64Array {
  if (node.op.kind !== "reduce") throw new TypeError("reference: not a reduction");
  const { identity, f64 } = node.op.combine;
  const y = new Float64Array(node.size).fill(identity);
  const strides = stridesOf(node.shape);
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  for (let i = 0; i < sizeOf(x.shape); i++) {
    const { parts } = Position.linear(numbers, x.shape, i);
    const o = kept.reduce((index, axis, at) => index + parts[axis] * strides[at], 0);
    y[o] = f64(y[o], x.data[i]);
  }
  return y;
}

function runLoop(node: Tensor, known: Known): ReferenceArray[] {
  const { body } = node.attributes as { body: Body };
  let carry = node.inputs.slice(0, body.carried.length).map((input) => known.get(input)!);
  for (let i = 0; i < body.count; i++) {
    const inside: Known = new Map(body.captured.map((tensor) => [tensor, known.get(tensor)!]));
    inside.set(body.index, { dtype: "u32", shape: [], data: Float64Array.of(i) });
    body.carried.forEach((placeholder, at) => inside.set(placeholder, carry[at]));
    carry = evaluate(body.results, inside);
  }
  return carry;
}

/** A tensor given to or returned by a function of the reference: nested numbers would lose the shape of empty ones. */
export interface ReferenceTensor {
  shape: Shape;
  data: ArrayLike<number>;
  dtype?: DType;
}

/**
 * Turns a function of tensors into the same function of float64 arrays. Arguments are trees whose leaves are numbers or
 * `{ shape, data }`; results are trees of arrays. No device is needed.
 */
export function reference<A extends readonly unknown[]>(
  program: (...inputs: never[]) => Tree,
): (...inputs: A) => unknown {
  return (...inputs) => {
    const given = new Map<Tensor, ReferenceArray>();
    const traced = inputs.map((argument) =>
      mapReference(argument, (leaf) => {
        const { shape, data, dtype = "f32" } = typeof leaf === "number" ? { shape: [], data: [leaf] } : leaf;
        if (data.length !== sizeOf(shape) * wordsPer(dtype))
          throw new RangeError(`reference: ${data.length} numbers do not fill ${dtype} ${showShape(shape)}`);
        const node = placeholder(inputOp, { shape, dtype, label: "argument" });
        given.set(node, { dtype, shape, data: Float64Array.from(data) });
        return node;
      }),
    );
    const outputs = trace(() => program(...(traced as never[])));
    const tensors = leavesOf(outputs).map(([, leaf]) => leaf as Tensor);
    const values = evaluate(tensors, given);
    let next = 0;
    return mapTree(outputs, () => ({ ...values[next++] }));
  };
}

function mapReference(argument: unknown, change: (leaf: number | ReferenceTensor) => Tensor): unknown {
  if (typeof argument === "number") return change(argument);
  if (Array.isArray(argument)) return argument.map((child) => mapReference(child, change));
  const object = argument as Record<string, unknown>;
  if ("data" in object && "shape" in object) return change(object as unknown as ReferenceTensor);
  return Object.fromEntries(Object.entries(object).map(([name, child]) => [name, mapReference(child, change)]));
}
