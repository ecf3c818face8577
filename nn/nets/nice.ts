/** NICE: a flow of shifts, whose density VERA compares with others on MNIST. */

import type { Tree } from "../../engine/index.ts";
import { additiveCoupling } from "../flows/coupling.ts";
import { flowDensity, type Density } from "../flows/density.ts";
import { evensFirst, scaling } from "../flows/fixed.ts";
import { stacked } from "../flows/flow.ts";

export interface NiceOptions {
  /** Numbers in an item, even. */
  dimensions?: number;
  /** Features of the hidden layers. */
  hidden?: number;
}

/**
 * The density of x: coordinates with even indices first, four additive couplings that move the halves in turn, the second
 * first, and a scale of each coordinate (Dinh et al. 2015). 15 154 352 parameters by default.
 */
export function nice({ dimensions = 784, hidden = 1000 }: NiceOptions = {}): Density<Record<string, Tree>> {
  const coupling = (moves: "first" | "second") => additiveCoupling(dimensions, { hidden, moves });
  const flow = stacked({
    permutation: evensFirst(dimensions),
    nice1: coupling("second"),
    nice2: coupling("first"),
    nice3: coupling("second"),
    nice4: coupling("first"),
    scale: scaling(dimensions),
  });
  return flowDensity(flow, dimensions);
}
