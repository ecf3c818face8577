/** AdamW: Adam with a weight decay of its own (Loshchilov & Hutter 2019). */

import { mapTree, sub, type Tensor } from "../../engine/index.ts";
import { adam, type AdamOptions, type AdamState } from "./adam.ts";
import type { Optimizer } from "./optimizer.ts";

/** p ← (1 − rate · weightDecay) p, and then Adam's update, whose moments know nothing of the decay. */
export function adamW({ weightDecay = 0.01, ...options }: AdamOptions = {}): Optimizer<AdamState> {
  const inner = adam(options);
  return {
    init: inner.init.bind(inner),
    update(parameters, slopes, state, rate) {
      const kept = sub(1, rate.mul(weightDecay));
      const shrunk = mapTree(parameters, (leaf) => (leaf as Tensor).mul(kept));
      return inner.update(shrunk, slopes, state, rate);
    },
  };
}
