/** The contrastive gradient of maximum likelihood. */

import { named, type Tensor } from "../../engine/index.ts";
import type { Energy } from "../energy.ts";

export interface Contrast {
  /** What is minimised: (mean E(x⁺) − mean E(x⁻)) / T, a scalar. */
  loss: Tensor;
  /** mean E(x⁺), of data. */
  energyOfData: Tensor;
  /** mean E(x⁻), of samples. */
  energyOfSamples: Tensor;
}

/**
 * Its gradient is that of −log p(x⁺) for a density at temperature T, if the samples x⁻ come from the model. T = 1 is the
 * plain difference; T = ε²/2 is the scaling of ebm-anatomy, whose loss is called d_s. No gradient reaches the samples.
 */
export function contrastiveDivergence(energy: Energy, data: Tensor, samples: Tensor, temperature = 1): Contrast {
  return named("loss", () => contrastOf(energy(data), energy(samples.stopGradient()), temperature));
}

/** The same, of energies `[n]` of data and of samples. */
export function contrastOf(ofData: Tensor, ofSamples: Tensor, temperature = 1): Contrast {
  const [energyOfData, energyOfSamples] = [ofData.mean(), ofSamples.mean()];
  return { loss: energyOfData.sub(energyOfSamples).div(temperature), energyOfData, energyOfSamples };
}
