/** Arrays of known content, the same for one seed everywhere. */

import type { HostArray } from "../hostArray.ts";
import { threefry2x32 } from "../random/threefry.ts";
import { sizeOf, type Shape } from "../shape.ts";

/** f32 numbers, uniform on [low, high). */
export const draw = (seed: number, shape: Shape, low = -2, high = 2): HostArray => ({
  dtype: "f32",
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => low + (high - low) * (word(seed, i) / 2 ** 32)),
});

/** u32 numbers, uniform on 0 … n − 1. */
export const drawIndices = (seed: number, shape: Shape, n: number): HostArray => ({
  dtype: "u32",
  shape,
  data: Uint32Array.from({ length: sizeOf(shape) }, (_, i) => Math.floor((word(seed, i) / 2 ** 32) * n)),
});

const word = (seed: number, i: number): number => threefry2x32([seed, 0], [i, 0])[0];
