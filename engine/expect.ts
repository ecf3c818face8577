/** Checks of what callers hand over. */

import { sameShape, showShape, type Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Throws a RangeError unless a tensor has the shape it should. */
export function expectShape(where: string, x: Tensor, shape: Shape): void {
  if (!sameShape(x.shape, shape)) throw new RangeError(`${where}: expected ${showShape(shape)}, got ${x.describe()}`);
}
