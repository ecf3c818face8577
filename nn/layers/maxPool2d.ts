/** Maximum over windows. */

import type { WindowOptions } from "../../engine/index.ts";
import { stateless, type Module } from "../module.ts";

/** As PyTorch's MaxPool2d(kernel), except that equal maxima share the gradient; the stride is the kernel unless given. */
export const maxPool2d = (kernel: number, options: WindowOptions = {}): Module =>
  stateless((x) => x.maxPool2d(kernel, options));
