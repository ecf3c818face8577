/** Adam (Kingma & Ba 2015). */

import { constant, div, mapTree, zerosLike, zipTrees, type Tensor, type Tree } from "../../engine/index.ts";
import type { Optimizer } from "./optimizer.ts";
import { withDecay } from "./weightDecay.ts";

export interface AdamOptions {
  /** Shares of the running means of the slope and of its square that are kept, each in [0, 1). */
  betas?: readonly [number, number];
  /** Keeps the division finite. */
  epsilon?: number;
  /** Adds weightDecay · p to the slope, where its size is then divided out; `adamW` decays apart. */
  weightDecay?: number;
}

export type AdamState = { count: Tensor; mean: Tree; square: Tree };

/** p ← p − rate · m̂ / (√v̂ + ε), with running means m of the slope and v of its square, corrected for their start at 0. */
export function adam({
  betas = [0.9, 0.999],
  epsilon = 1e-8,
  weightDecay = 0,
}: AdamOptions = {}): Optimizer<AdamState> {
  const [beta1, beta2] = betas;
  const zeros = (parameters: Tree): Tree => mapTree(parameters, (leaf) => zerosLike(leaf as Tensor));
  return {
    init: (parameters) => ({ count: constant(0), mean: zeros(parameters), square: zeros(parameters) }),
    update(parameters, slopes, state, rate) {
      const count = state.count.add(1);
      const all = withDecay(slopes, parameters, weightDecay);
      const mean = zipTrees(state.mean, [all], ([m, slope]) => m.mul(beta1).add(slope.mul(1 - beta1)));
      const square = zipTrees(state.square, [all], ([v, slope]) => v.mul(beta2).add(slope.square().mul(1 - beta2)));
      // 1 − βᵗ as −expm1(t log β), which keeps its digits while βᵗ is near 1.
      const correction = (beta: number) => (beta === 0 ? constant(1) : count.mul(Math.log(beta)).expm1().neg());
      const [step, scale] = [rate.div(correction(beta1)), div(1, correction(beta2).sqrt())];
      const moved = zipTrees(parameters, [mean, square], ([p, m, v]) =>
        p.sub(m.mul(step).div(v.sqrt().mul(scale).add(epsilon))),
      );
      return { parameters: moved, state: { count, mean, square } };
    },
  };
}
