/** Maximum over square windows that do not overlap. */

import type { Tensor } from "../../engine/index.ts";
import { stateless, type Module } from "../module.ts";

/** The largest of each `size` × `size` window: `[n, c, h, w] → [n, c, ⌊h/size⌋, ⌊w/size⌋]`, leftovers dropped. */
export function poolMaximum(x: Tensor, size: number): Tensor {
  const [n, c, h, w] = x.shape;
  const [rows, columns] = [Math.floor(h / size), Math.floor(w / size)];
  const whole = x.slice([null, null, [0, rows * size], [0, columns * size]]);
  return whole.reshape([n, c, rows, size, columns, size]).max([3, 5]);
}

/** As PyTorch's MaxPool2d(size), except that equal maxima share the gradient. */
export const maxPool2d = (size: number): Module => stateless((x) => poolMaximum(x, size));
