/** Arrays and shapes for tests. */

import fc from "fast-check";
import { draw, drawIndices } from "../../engine/check/draw.ts";
import type { Row } from "../../engine/check/elementwise.ts";
import type { HostArray } from "../../engine/index.ts";
import { sizeOf, type Shape } from "../../engine/shape.ts";

export { draw, drawIndices };

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

/**
 * Numbers to try an elementwise op on: spread evenly over a range, or over magnitudes of both signs; then some are whole, zero, or
 * equal to their neighbour.
 */
export function points(operand: Row["operands"][number], at: number, count: number): HostArray {
  if (operand === "bool") return { ...drawIndices(at, [count], 2), dtype: "bool" };
  if (operand === "u32") return drawIndices(at, [count], 2 ** 32);
  if (operand !== "wide") return draw(at, [count], ...operand);
  const { data } = draw(at, [count], -60, 60);
  const signs = drawIndices(at + 10, [count], 2).data;
  const numbers = data.map((exponent, i) => {
    if (i % 10 === 0) return Math.round(exponent / 20);
    return (signs[i] === 0 ? -1 : 1) * 2 ** exponent;
  });
  return { dtype: "f32", shape: [count], data: numbers };
}
