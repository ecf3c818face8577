/** What a model's classifier says of data, at once or after steps of its own sampler. */

import type { Key, Tensor } from "../../engine/index.ts";
import { foldIn } from "../../engine/index.ts";
import type { Predictions } from "../measures/predictions.ts";
import { walk } from "../samplers/index.ts";
import { classifierOf } from "./evaluation.ts";
import type { Evaluated } from "./evaluated.ts";
import { countOf, labelsOf, overItems, withNoise, type ItemOptions } from "./items.ts";

/** Where `steps` steps of the model's sampler lead from x, under its energy: refinement, the k of JEM-k. */
export const refined = (model: Evaluated, learned: Evaluated["learned"], x: Tensor, steps: number, key: Key): Tensor =>
  steps === 0 ? x : walk(model.sampler, (at) => model.energy(learned, at), x, steps, key).x;

/**
 * The predictions of a model for data, after `refine` steps of its sampler.
 * @throws RangeError for a model without a classifier, or data without classes
 */
export async function classified(
  where: string,
  model: Evaluated,
  options: ItemOptions,
  refine = 0,
): Promise<Predictions> {
  const { classes, logits } = classifierOf(where, model);
  const items = await model.open(options.part);
  const labels = labelsOf(where, items, countOf(items, options.count));
  const over = overItems(model, (learned, x, key) => {
    const seen = withNoise(model, options, x, foldIn(key, 0));
    return { logits: logits(learned, refined(model, learned, seen, refine, foldIn(key, 1))) };
  });
  const found = await over(items, options);
  over.dispose();
  return { logits: found.logits, classes, labels };
}
