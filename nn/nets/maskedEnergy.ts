/** The energy that GEBM has for tables: masked layers, then one that reads all of them. */

import type { Tree } from "../../engine/index.ts";
import { maskedMlp } from "../flows/maskedMlp.ts";
import { linear } from "../layers/linear.ts";
import { spectralNorm } from "../layers/spectralNorm.ts";
import { composed, type Module } from "../module.ts";

export interface MaskedEnergyOptions {
  /** Features of the masked layers. */
  widths?: readonly number[];
}

/**
 * `[n, dimensions] → [n, 1]`: a masked perceptron, leaky relu of slope 0.1 throughout, and a linear layer under spectral norm. With
 * 11 dimensions 41 601 parameters by default, the published "are"; 81 801 with widths 100, 200, 200, 100, its "are4". Published
 * energies are cut off below at −10, which is not part of the net.
 */
export function maskedEnergy(
  dimensions: number,
  { widths = [100, 200, 100] }: MaskedEnergyOptions = {},
): Module<Record<string, Tree>> {
  const last = widths.at(-1)!;
  return composed(
    {
      masked: maskedMlp(dimensions, { hidden: widths.slice(0, -1), outputs: last, leak: 0.1 }),
      linear: spectralNorm(linear(last, 1)),
    },
    (part, x) => part.linear(part.masked(x).leakyRelu(0.1)),
  );
}
