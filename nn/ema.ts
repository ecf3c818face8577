/** Weights averaged over the updates, exponentially: those that are sampled and measured. */

import { constant, mapTree, sub, zerosLike, zipTrees, type Tensor, type Tree } from "../engine/index.ts";

export interface EmaOptions {
  /**
   * What the average begins with: a copy of the first weights; nothing at all, and the average is divided by what the weights
   * it has seen amount to ("corrected", as in Adam); or a copy that is soon forgotten, since update t keeps no more than
   * (1 + t)/(10 + t) of it ("warmUp", as in TensorFlow).
   */
  start?: "copy" | "corrected" | "warmUp";
}

export type EmaState = { mean: Tree; count?: Tensor };

export interface Ema {
  /** Before the first update. */
  init(parameters: Tree): EmaState;
  /** After an update that led to these parameters. */
  update(state: EmaState, parameters: Tree): EmaState;
  /** The averaged weights. Before the first update a corrected average is 0/0. */
  weights(state: EmaState): Tree;
}

/** mean ← decay · mean + (1 − decay) · p, with a decay in [0, 1), and a RangeError for any other. */
export function ema(decay: number, { start = "copy" }: EmaOptions = {}): Ema {
  if (!(decay >= 0 && decay < 1)) throw new RangeError(`ema: the decay is in [0, 1), got ${decay}`);
  const keptAt = (count: Tensor | undefined) =>
    count === undefined || start === "corrected" ? constant(decay) : count.add(1).div(count.add(10)).minimum(decay);
  return {
    init: (parameters) => ({
      // A tensor of its own, so that parameters and average can be updated in place.
      mean: mapTree(parameters, (leaf) =>
        start === "corrected" ? zerosLike(leaf as Tensor) : (leaf as Tensor).mul(1),
      ),
      ...(start !== "copy" && { count: constant(0) }),
    }),
    update(state, parameters) {
      const count = state.count?.add(1);
      const kept = keptAt(count);
      const mean = zipTrees(state.mean, [parameters], ([m, p]) => m.mul(kept).add(p.mul(sub(1, kept))));
      return { mean, ...(count && { count }) };
    },
    weights({ mean, count }) {
      if (start !== "corrected") return mean;
      // 1 − decayᵗ, with its digits while decayᵗ is near 1; log 0 is no number, and 0ᵗ is 0.
      const seen = decay === 0 ? constant(1) : count!.mul(Math.log(decay)).expm1().neg();
      return mapTree(mean, (leaf) => (leaf as Tensor).div(seen));
    },
  };
}
