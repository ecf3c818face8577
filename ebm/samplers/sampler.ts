/** What a sampler is: pure `init` and `step`, in the manner of blackjax. */

import { constant, foldIn, loop, type Key, type Tensor, type Tree } from "../../engine/index.ts";
import type { Energy } from "../energy.ts";

/** A state that is at least the chains' positions `x [n, …]`. */
export type Chains = { x: Tensor } & { readonly [name: string]: Tree };

/** One step: what the next one needs, and what it says about itself. */
export interface Step<S extends Chains> {
  state: S;
  info: {
    /** ‖∇E(x)‖₂ of each chain where the step began, `[n]`. */
    slopeNorm: Tensor;
  };
}

export interface Sampler<S extends Chains = Chains> {
  /** The state of chains that start at `x`. */
  init(x: Tensor): S;
  step(key: Key, state: S, energy: Energy): Step<S>;
}

export interface Walk {
  /** Where the chains end, `[n, …]`. */
  x: Tensor;
  /** Mean of ‖∇E‖₂ over steps and chains: r_s of ebm-anatomy. */
  meanSlope: Tensor;
}

/** `steps` steps from `x`; step i draws with the key folded with i. */
export function walk<S extends Chains>(sampler: Sampler<S>, energy: Energy, x: Tensor, steps: number, key: Key): Walk {
  const start = { state: sampler.init(x), total: constant(0) };
  const end = loop(
    steps,
    (i, { state, total }) => {
      const next = sampler.step(foldIn(key, i), state, energy);
      return { state: next.state, total: total.add(next.info.slopeNorm.mean()) };
    },
    start,
  );
  return { x: end.state.x, meanSlope: end.total.div(Math.max(steps, 1)) };
}
