/** A learned vector for each of a number of things, such as classes. */

import { take, type Tensor } from "../../engine/index.ts";
import { fansOf, normal, type Initializer } from "../init.ts";
import type { Module } from "../module.ts";

/**
 * The row of `weight [count, width]` for every index: u32 `[…] → […, width]`, as PyTorch's Embedding, standard normal at first.
 * An index beyond the last row reads the last.
 */
export function embedding(count: number, width: number, init: Initializer = normal(1)): Module<{ weight: Tensor }> {
  const shape = [count, width];
  return {
    init: (key) => ({ weight: init(key, shape, fansOf(shape)) }),
    apply: ({ weight }, indices) => take(weight, indices),
  };
}
