/** Tensors from numbers, and numbers from tensors. */

import { currentDevice } from "./device/device.ts";
import { materialise } from "./eager.ts";
import { wordsPer, type DType, type HostArray } from "./hostArray.ts";
import { adopt } from "./scope.ts";
import { checkShape, showShape, sizeOf, type Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

export type Nested = number | readonly Nested[];

/** A tensor of known content, from nested arrays of numbers: `tensor([[1, 2], [3, 4]])`. */
export function tensor(values: Nested, dtype: DType = "f32"): Tensor {
  const shape: number[] = [];
  for (let level: Nested = values; typeof level !== "number"; level = level[0] ?? 0) shape.push(level.length);
  const flat = flattened(values, shape, 0);
  return fromArray({ dtype, shape, data: dtype === "f32" ? Float32Array.from(flat) : Uint32Array.from(flat) });
}

function flattened(values: Nested, shape: Shape, depth: number): number[] {
  if (typeof values === "number") {
    if (depth === shape.length) return [values];
  } else if (values.length === shape[depth]) return values.flatMap((inner) => flattened(inner, shape, depth + 1));
  throw new RangeError(`tensor: the rows differ in length or depth, first ones ${showShape(shape)}`);
}

/** A tensor with the content of a host array. Throws unless the data are of its type and fill its shape. */
export function fromArray({ dtype, shape, data }: HostArray): Tensor {
  if (data instanceof Float32Array !== (dtype === "f32"))
    throw new TypeError(`tensor: ${dtype} comes from a ${dtype === "f32" ? "Float32Array" : "Uint32Array"}`);
  checkShape("tensor", shape);
  if (data.length !== sizeOf(shape) * wordsPer(dtype))
    throw new RangeError(`tensor: ${data.length} words do not fill ${dtype} ${showShape(shape)}`);
  const storage = currentDevice("tensor").upload(data, "tensor");
  return adopt({ shape, dtype }, storage);
}

/** The content of a tensor. Waits for everything that it depends on. */
export async function toArray(x: Tensor): Promise<HostArray> {
  materialise(x);
  const bytes = x.size * wordsPer(x.dtype) * 4;
  const data = await currentDevice("read").download(x.storage!.buffer, bytes);
  return { dtype: x.dtype, shape: x.shape, data: x.dtype === "f32" ? new Float32Array(data) : new Uint32Array(data) };
}
