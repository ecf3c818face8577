/** The net of the two-dimensional examples of ebm-anatomy. */

import { leakyRelu } from "../layers/activations.ts";
import { linear } from "../layers/linear.ts";
import { sequential, type Module } from "../module.ts";

export interface ToyNetOptions {
  /** Features of the first layer; the others have twice as many. */
  width?: number;
  /** Slope of the activations where negative. */
  leak?: number;
}

/** `[n, 2] → [n, 1]`: 2 → 32 → 64 → 64 → 64 → 1 by default, 10 593 parameters (Nijkamp et al. 2020). */
export function toyNet({ width = 32, leak = 0.05 }: ToyNetOptions = {}): Module {
  const act = leakyRelu(leak);
  const wide = 2 * width;
  return sequential(
    linear(2, width),
    act,
    linear(width, wide),
    act,
    linear(wide, wide),
    act,
    linear(wide, wide),
    act,
    linear(wide, 1),
  );
}
