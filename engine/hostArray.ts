/** Tensors as they stand in files and on the host. */

/** Element types. A `bool` is stored as a `u32` 0 or 1; a `key` (of the random streams) is two `u32`. */
export type DType = "f32" | "u32" | "bool" | "key";

/** A dense row-major array outside the device. `data` holds `wordsPer(dtype)` 4-byte words per element. */
export interface HostArray {
  dtype: DType;
  shape: readonly number[];
  data: Float32Array | Uint32Array;
}

/** Arrays by name, in order of insertion: what a checkpoint holds. */
export type NamedArrays = Record<string, HostArray>;

/** How many 4-byte words one element takes. */
export const wordsPer = (dtype: DType): number => (dtype === "key" ? 2 : 1);

/** One element as words: the bits of an f32, an integer as it is, the two words of a key. */
export function wordsOf(value: number | readonly number[], dtype: DType): readonly number[] {
  if (typeof value !== "number") return value;
  return dtype === "f32" ? [...new Uint32Array(Float32Array.of(value).buffer)] : [value];
}
