/** RMSprop (Hinton 2012), with the options of PyTorch's. */

import { mapTree, zerosLike, zipTrees, type Tensor, type Tree } from "../../engine/index.ts";
import type { Optimizer } from "./optimizer.ts";
import { withDecay } from "./weightDecay.ts";

export interface RmspropOptions {
  /** Share of the running means that is kept, in [0, 1). */
  alpha?: number;
  /** Keeps the division finite. */
  epsilon?: number;
  /** Share of the last direction that is kept, in [0, 1). */
  momentum?: number;
  /** Divides by the deviation of the slope, not by its root mean square. */
  centered?: boolean;
  /** Adds weightDecay · p to the slope. */
  weightDecay?: number;
}

export type RmspropState = { square: Tree; mean?: Tree; direction?: Tree };

/** p ← p − rate · d, d ← momentum · d + slope / (√v + ε), with the running mean v of slope², or the variance when centered. */
export function rmsprop({
  alpha = 0.99,
  epsilon = 1e-8,
  momentum = 0,
  centered = false,
  weightDecay = 0,
}: RmspropOptions = {}): Optimizer<RmspropState> {
  const zeros = (parameters: Tree): Tree => mapTree(parameters, (leaf) => zerosLike(leaf as Tensor));
  return {
    init: (parameters) => ({
      square: zeros(parameters),
      ...(centered && { mean: zeros(parameters) }),
      ...(momentum > 0 && { direction: zeros(parameters) }),
    }),
    update(parameters, slopes, last, rate) {
      const all = withDecay(slopes, parameters, weightDecay);
      const running = (kept: Tree, of: (slope: Tensor) => Tensor) =>
        zipTrees(kept, [all], ([m, slope]) => m.mul(alpha).add(of(slope).mul(1 - alpha)));
      const square = running(last.square, (slope) => slope.square());
      const mean = last.mean && running(last.mean, (slope) => slope);
      // Of slopes that hardly change the variance is so small that rounding can make it negative.
      const variance = mean ? zipTrees(square, [mean], ([v, m]) => v.sub(m.square()).maximum(0)) : square;
      const scaled = zipTrees(all, [variance], ([slope, v]) => slope.div(v.sqrt().add(epsilon)));
      const direction = last.direction && zipTrees(last.direction, [scaled], ([d, s]) => d.mul(momentum).add(s));
      return {
        parameters: zipTrees(parameters, [direction ?? scaled], ([p, d]) => p.sub(d.mul(rate))),
        state: { square, ...(mean && { mean }), ...(direction && { direction }) },
      };
    },
  };
}
