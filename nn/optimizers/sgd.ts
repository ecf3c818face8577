/** Stochastic gradient descent. */

import { mapTree, zerosLike, zipTrees, type Tensor, type Tree } from "../../engine/index.ts";
import type { Optimizer } from "./optimizer.ts";

export interface SgdOptions {
  /** Share of the last direction that is kept, in [0, 1). */
  momentum?: number;
}

/** p ← p − rate · d, with d ← momentum · d + slope: PyTorch's SGD. */
export function sgd({ momentum = 0 }: SgdOptions = {}): Optimizer<{ direction?: Tree }> {
  return {
    init: (parameters) =>
      momentum === 0 ? {} : { direction: mapTree(parameters, (leaf) => zerosLike(leaf as Tensor)) },
    update(parameters, slopes, state, rate) {
      const direction =
        state.direction === undefined
          ? slopes
          : zipTrees(slopes, [state.direction], ([slope, last]) => last.mul(momentum).add(slope));
      return {
        parameters: zipTrees(parameters, [direction], ([p, d]) => p.sub(d.mul(rate))),
        state: state.direction === undefined ? {} : { direction },
      };
    },
  };
}
