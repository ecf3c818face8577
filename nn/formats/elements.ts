/** Elements as files store them, and the host arrays that hold the same numbers. */

import type { HostArray } from "../../engine/hostArray.ts";
import { FormatError } from "../formatError.ts";

/** Bytes of one element of each type that a file may hold. */
export const bytesPer = {
  ...{ f16: 2, bf16: 2, f32: 4, f64: 8, bool: 1 },
  ...{ i8: 1, i16: 2, i32: 4, i64: 8, u8: 1, u16: 2, u32: 4, u64: 8 },
} as const;

export type ElementType = keyof typeof bytesPer;

/** Elements in a file: dense and row-major unless their reader says otherwise, little-endian unless `bigEndian`. */
export interface StoredArray {
  type: ElementType;
  shape: readonly number[];
  bytes: Uint8Array;
  bigEndian?: boolean;
}

/** How many elements an array of this shape has; Infinity or an inexact number for shapes that no file can fill. */
export const countOf = (shape: readonly number[]): number =>
  shape.includes(0) ? 0 : shape.reduce((count, extent) => count * extent, 1);

/**
 * The host array of these elements, a copy. Floats become f32: f16 and bf16 exactly, f64 by rounding. Integers become u32
 * when all of them are from 0 to 2³² − 1, else f32 when it holds every one exactly. A bool is the byte 0 or 1.
 * @param where what the message of an error begins with, such as `npy: the array`
 * @throws FormatError when the bytes do not fill the shape, or a number has no place in f32 or u32
 */
export function hostArrayOf(where: string, { type, shape, bytes, bigEndian = false }: StoredArray): HostArray {
  const size = bytesPer[type];
  const expected = countOf(shape) * size;
  if (bytes.length !== expected) {
    throw new FormatError(`${where} ${type} [${shape.join(", ")}] takes ${expected} bytes, got ${bytes.length}`);
  }
  const { buffer } = new Uint8Array(bytes); // a copy, since the bytes may begin anywhere (and slice of a Buffer is none)
  if (bigEndian) swap(new Uint8Array(buffer), size);
  switch (type) {
    case "f32":
      return { dtype: "f32", shape, data: new Float32Array(buffer) };
    case "f16":
      return { dtype: "f32", shape, data: Float32Array.from(new Uint16Array(buffer), halfToNumber) };
    case "bf16":
      return { dtype: "f32", shape, data: new Float32Array(Uint32Array.from(new Uint16Array(buffer), upper).buffer) };
    case "f64":
      return { dtype: "f32", shape, data: rounded(where, new Float64Array(buffer)) };
    case "bool":
      return { dtype: "bool", shape, data: truths(where, new Uint8Array(buffer)) };
    case "u32":
      return { dtype: "u32", shape, data: new Uint32Array(buffer) };
    case "u8":
      return { dtype: "u32", shape, data: Uint32Array.from(new Uint8Array(buffer)) };
    case "u16":
      return { dtype: "u32", shape, data: Uint32Array.from(new Uint16Array(buffer)) };
    case "i8":
      return integers(where, shape, new Int8Array(buffer));
    case "i16":
      return integers(where, shape, new Int16Array(buffer));
    case "i32":
      return integers(where, shape, new Int32Array(buffer));
    case "i64":
      return integers(where, shape, new BigInt64Array(buffer));
    case "u64":
      return integers(where, shape, new BigUint64Array(buffer));
  }
}

/** Reverses the bytes of every element. */
function swap(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** A bf16 is the upper half of an f32. */
const upper = (bits: number): number => (bits << 16) >>> 0;

/** IEEE binary16: sign, 5 bits of exponent (bias 15), 10 of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function rounded(where: string, numbers: Float64Array): Float32Array {
  const data = Float32Array.from(numbers);
  const stray = numbers.find((number, i) => Number.isFinite(number) && !Number.isFinite(data[i]));
  if (stray !== undefined) throw new FormatError(`${where} holds ${stray}, beyond the range of f32`);
  return data;
}

function truths(where: string, bytes: Uint8Array): Uint32Array {
  const stray = bytes.find((byte) => byte > 1);
  if (stray !== undefined) throw new FormatError(`${where} bool holds the byte ${stray}; legal are 0 and 1`);
  return Uint32Array.from(bytes);
}

function integers(where: string, shape: readonly number[], numbers: Integers): HostArray {
  const words = new Uint32Array(numbers.length);
  if (fill(words, numbers) === undefined) return { dtype: "u32", shape, data: words };
  const floats = new Float32Array(numbers.length);
  const stray = fill(floats, numbers);
  if (stray !== undefined) throw new FormatError(`${where} holds ${stray}, but not all of it fits u32 or f32 exactly`);
  return { dtype: "f32", shape, data: floats };
}

type Integers = Int8Array | Int16Array | Int32Array | BigInt64Array | BigUint64Array;

/** Copies the integers as far as each comes out as it went in; the first that does not. */
function fill(to: Uint32Array | Float32Array, numbers: Integers): number | bigint | undefined {
  for (let i = 0; i < numbers.length; i++) {
    to[i] = Number(numbers[i]);
    // A number and a bigint compare by their exact values, but are never ===.
    if (to[i] < numbers[i] || to[i] > numbers[i]) return numbers[i];
  }
  return undefined;
}
