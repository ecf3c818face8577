/** Arrays and shapes for tests. */

import fc from "fast-check";
import type { HostArray } from "../../engine/index.ts";
import { threefry2x32 } from "../../engine/random/threefry.ts";
import { sizeOf, type Shape } from "../../engine/shape.ts";

/** f32 numbers, uniform on [low, high); the same for one seed everywhere. */
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

/** An array written out. */
export const f32 = (shape: Shape, ...data: number[]): HostArray => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(data),
});

export const u32 = (shape: Shape, ...data: number[]): HostArray => ({
  dtype: "u32",
  shape,
  data: Uint32Array.from(data),
});

/** Seeds for `draw`. */
export const seeds = fc.nat(0xffff);

/** Extents with something to go wrong: none, one, primes, a full tile and one more, more than a workgroup. */
export const extents = fc.constantFrom(1, 2, 3, 5, 8, 9, 0, 17, 67);

/** Shapes of at most `rank` axes and about a thousand elements. */
export const shapes = (rank = 4): fc.Arbitrary<Shape> =>
  fc.array(extents, { maxLength: rank }).map((shape) => {
    const full: number[] = [...shape];
    for (let axis = 0; sizeOf(full) > 1500; axis++) full[axis] = Math.min(full[axis], 3);
    return full;
  });
