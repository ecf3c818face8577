/** Arrays and shapes for tests. */

import fc from "fast-check";
import type { HostArray } from "../../engine/index.ts";
import { sizeOf, type Shape } from "../../engine/shape.ts";

export { draw, drawIndices } from "../../engine/check/draw.ts";

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
