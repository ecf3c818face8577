/** Checks of what callers hand over. */

import { sameShape, showShape, type Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Throws a RangeError unless a tensor has the shape it should. */
export function expectShape(where: string, x: Tensor, shape: Shape): void {
  if (!sameShape(x.shape, shape)) throw new RangeError(`${where}: expected ${showShape(shape)}, got ${x.describe()}`);
}

/** Throws a TypeError unless all tensors hold f32. */
export function expectFloats(where: string, tensors: readonly Tensor[]): void {
  if (tensors.some(({ dtype }) => dtype !== "f32"))
    throw new TypeError(`${where}: takes f32, got ${tensors.map(({ dtype }) => dtype).join(" and ")}`);
}

/** Throws a RangeError where there is nothing to take an extreme or a mean of. */
export function expectElements(where: string, x: Tensor, axes: readonly number[]): void {
  if (axes.some((axis) => x.shape[axis] === 0))
    throw new RangeError(`${where}: no elements along axes ${showShape(axes)} of ${showShape(x.shape)}`);
}
