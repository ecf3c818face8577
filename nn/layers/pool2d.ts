/** Pooling as layers: one number for each window of an image, or for all of it. */

import type { AvgPoolOptions, WindowOptions } from "../../engine/index.ts";
import { stateless, type Module } from "../module.ts";

/** As PyTorch's MaxPool2d(kernel), except that equal maxima share the gradient; the stride is the kernel unless given. */
export const maxPool2d = (kernel: number, options: WindowOptions = {}): Module =>
  stateless((x) => x.maxPool2d(kernel, options));

/** As PyTorch's AvgPool2d(kernel); the stride is the kernel unless given. */
export const avgPool2d = (kernel: number, options: AvgPoolOptions = {}): Module =>
  stateless((x) => x.avgPool2d(kernel, options));

/** The mean of every channel, `[n, c, h, w] → [n, c]`. */
export const globalAvgPool = (): Module => stateless((x) => x.mean([2, 3]));
