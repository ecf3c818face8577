/** What JEM minimises, term by term. */

import type { Tensor } from "../../engine/index.ts";
import { contrastOf } from "../objectives/contrastiveDivergence.ts";
import { accuracy, crossEntropy } from "../objectives/crossEntropy.ts";
import { energySize } from "../objectives/energySize.ts";
import type { JemSettings } from "./jem.fields.ts";
import { energyOf, type Reading } from "./jem.net.ts";

/** What an update has drawn: items `[n, …]`. */
export interface Drawn {
  /** Items with a class. */
  labelled: Tensor;
  /** Their classes, u32 `[n]`. */
  labels: Tensor;
  /** Data of p(x), which may be the labelled items. */
  all: Tensor;
  /** Samples of p(x); null where that is not learned. */
  samples: Tensor | null;
  /** Samples of p(x | y) for the classes of the labelled items; null where p(x, y) is not learned. */
  joint: Tensor | null;
}

/**
 * yGivenX · CE(ℓ(xʸ), y) + x · (mean E(x⁺) − mean E(x⁻)) + xy · (mean E(xʸ, y) − mean E(xʸ⁻, y)) + energyL2 · (mean E(x⁺)² + mean E(x⁻)²),
 * and its terms as numbers without their weights. Every item is read once.
 */
export function jemLoss(
  weights: JemSettings["objective"],
  read: (x: Tensor) => Reading,
  { labelled, labels, all, samples, joint }: Drawn,
): { loss: Tensor; numbers: Record<string, Tensor> } {
  const ofLabelled = read(labelled);
  const entropy = crossEntropy(ofLabelled.logits, labels);
  const terms = [entropy.mul(weights.yGivenX)];
  const numbers: Record<string, Tensor> = { cross_entropy: entropy, accuracy: accuracy(ofLabelled.logits, labels) };
  if (samples !== null) {
    const [ofData, ofSamples] = [all === labelled ? ofLabelled : read(all), read(samples)].map(({ energy }) => energy);
    const contrast = contrastOf(ofData, ofSamples);
    terms.push(contrast.loss.mul(weights.x));
    numbers.d_s = contrast.loss;
    numbers.energy_data = contrast.energyOfData;
    numbers.energy_samples = contrast.energyOfSamples;
    if (weights.energyL2 > 0) {
      numbers.energy_l2 = energySize(ofData, ofSamples);
      terms.push(numbers.energy_l2.mul(weights.energyL2));
    }
  }
  if (joint !== null) {
    numbers.d_s_joint = contrastOf(energyOf(ofLabelled, labels), energyOf(read(joint), labels)).loss;
    terms.push(numbers.d_s_joint.mul(weights.xy));
  }
  const loss = terms.reduce((sum, term) => sum.add(term));
  return { loss, numbers: { loss, ...numbers } };
}
