/** How often the classifier is right, at once and after refinement by the model's own sampler. */

import { accuracy as shareRight, brier, crossEntropy } from "../measures/predictions.ts";
import { classified } from "./classified.ts";
import { evaluation } from "./evaluation.ts";
import { itemCard, itemDefaults, itemFields } from "./items.ts";
import { stepList, stopsOf } from "./stops.ts";

export const accuracy = evaluation({
  about: "how often the classifier is right, at once and after steps of the sampler (JEM-k)",
  fields: {
    ...itemFields,
    refine: stepList("steps of the sampler before an item is classified"),
  },
  defaults: { ...itemDefaults, refine: "0,10" },
  async run(model, options, { tell }) {
    const rows: [number, string, string, string][] = [];
    const numbers: Record<string, number> = {};
    for (const refine of stopsOf(options.refine)) {
      tell(`accuracy after ${refine} steps of the sampler`);
      const predictions = await classified("accuracy", model, options, refine);
      const right = shareRight(predictions);
      const error = Math.sqrt((right * (1 - right)) / predictions.labels.length);
      const [nll, score] = [crossEntropy(predictions), brier(predictions)];
      const suffix = refine === 0 ? "" : `_after_${refine}`;
      Object.assign(numbers, { [`accuracy${suffix}`]: right, [`cross_entropy${suffix}`]: nll });
      rows.push([refine, `${right.toFixed(4)} ± ${error.toFixed(4)}`, nll.toFixed(4), score.toFixed(4)]);
    }
    return {
      card: { ...itemCard(model, await model.open(options.part), options), refinement: "the sampler of training" },
      numbers,
      tables: [
        {
          title: "Accuracy by steps of refinement",
          columns: ["steps", "accuracy, standard error", "cross-entropy, nats", "Brier score, 0 to 2"],
          rows,
        },
      ],
    };
  },
});
