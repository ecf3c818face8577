/** Stochastic gradient descent. */

import { mapTree, zerosLike, zipTrees, type Tensor, type Tree } from "../../engine/index.ts";
import type { Optimizer } from "./optimizer.ts";
import { withDecay } from "./weightDecay.ts";

export interface SgdOptions {
  /** Share of the last direction that is kept, in [0, 1). */
  momentum?: number;
  /** Looks ahead: moves along slope + momentum · d instead of d. Throws a RangeError without momentum. */
  nesterov?: boolean;
  /** Adds weightDecay · p to the slope. */
  weightDecay?: number;
}

/** p ← p − rate · d, with d ← momentum · d + slope: PyTorch's SGD without dampening. */
export function sgd({ momentum = 0, nesterov = false, weightDecay = 0 }: SgdOptions = {}): Optimizer<{
  direction?: Tree;
}> {
  if (nesterov && momentum === 0) throw new RangeError("sgd: nesterov needs a momentum, got 0");
  return {
    init: (parameters) =>
      momentum === 0 ? {} : { direction: mapTree(parameters, (leaf) => zerosLike(leaf as Tensor)) },
    update(parameters, slopes, state, rate) {
      const all = withDecay(slopes, parameters, weightDecay);
      const move = (directions: Tree) => zipTrees(parameters, [directions], ([p, d]) => p.sub(d.mul(rate)));
      if (state.direction === undefined) return { parameters: move(all), state: {} };
      const along = (kept: Tree) => zipTrees(kept, [all], ([d, slope]) => d.mul(momentum).add(slope));
      const direction = along(state.direction);
      return { parameters: move(nesterov ? along(direction) : direction), state: { direction } };
    },
  };
}
