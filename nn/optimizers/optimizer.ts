/** What an optimiser is: a tensor program from parameters and gradients to new parameters. */

import type { Tensor, Tree } from "../../engine/index.ts";

export interface Optimizer<S extends Tree = Tree> {
  /** The state before the first update. */
  init(parameters: Tree): S;
  /** New parameters and state; `rate` is the learning rate of this update, a scalar. */
  update<P extends Tree>(parameters: P, slopes: P, state: S, rate: Tensor): { parameters: P; state: S };
}
