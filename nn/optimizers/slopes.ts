/** What is done to slopes before an optimiser sees them. */

import { div, mapTree, tensorsOf, type Tensor, type Tree } from "../../engine/index.ts";
import type { Optimizer } from "./optimizer.ts";

/** The Euclidean length of all numbers of a tree together. */
export const globalNorm = (tree: Tree): Tensor =>
  tensorsOf(tree)
    .map((leaf) => leaf.square().sum())
    .reduce((total, part) => total.add(part))
    .sqrt();

/** Slopes shortened to a length of at most `most`, with their direction kept: PyTorch's `clip_grad_norm_`. */
export function clipByNorm<P extends Tree>(slopes: P, most: number): P {
  const factor = div(most, globalNorm(slopes).add(1e-6)).minimum(1);
  return mapTree(slopes, (leaf) => (leaf as Tensor).mul(factor));
}

/** Slopes each limited to [−most, most]: PyTorch's `clip_grad_value_`. */
export const clipByValue = <P extends Tree>(slopes: P, most: number): P =>
  mapTree(slopes, (leaf) => (leaf as Tensor).clamp(-most, most));

/** g ↦ 2g/(1 + g²): small slopes doubled, those of size 1 kept, large ones inverted. GEBM trains its energy with it. */
export const taper = <P extends Tree>(slopes: P): P =>
  mapTree(slopes, (leaf) => {
    const g = leaf as Tensor;
    return g.mul(2).div(g.square().add(1));
  });

/** An optimiser that sees changed slopes: `changing((slopes) => clipByNorm(slopes, 1), adam())`. */
export const changing = <S extends Tree>(
  change: <P extends Tree>(slopes: P) => P,
  optimizer: Optimizer<S>,
): Optimizer<S> => ({
  init: optimizer.init.bind(optimizer),
  update: (parameters, slopes, state, rate) => optimizer.update(parameters, change(slopes), state, rate),
});
