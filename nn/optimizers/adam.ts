/** Adam (Kingma & Ba 2015). */

import { chunk, constant, mapTree, stack, zerosLike, zipTrees, type Tensor, type Tree } from "../../engine/index.ts";
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
      const [first, second] = corrections(count, betas);
      const moved = zipTrees(parameters, [mean, square], ([p, m, v]) =>
        p.sub(m.div(first).mul(rate).div(v.div(second).sqrt().add(epsilon))),
      );
      return { parameters: moved, state: { count, mean, square } };
    },
  };
}

/** e to this power is lost beside 1. */
const NOTHING = -100;

/**
 * 1 − βᵗ for both shares, as −expm1(t log β), which keeps its digits while βᵗ is near 1. Side by side, so that one kernel
 * computes them for all parameters.
 */
function corrections(count: Tensor, betas: readonly [number, number]): Tensor[] {
  const logs = betas.map((beta) => constant(Math.max(Math.log(beta), NOTHING)));
  return chunk(count.mul(stack(logs)).expm1().neg(), 2).map((correction) => correction.reshape([]));
}
