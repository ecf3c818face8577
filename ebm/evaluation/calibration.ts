/** Whether the classifier's confidence can be believed. */

import { calibrationError, reliability, type Bin, type BinOptions } from "../measures/calibration.ts";
import {
  accuracy,
  brier,
  correctness,
  crossEntropy,
  largest,
  probabilities,
  type Predictions,
} from "../measures/predictions.ts";
import { bestTemperature } from "../measures/temperatureScaling.ts";
import { classified } from "./classified.ts";
import { evaluation, type Figure } from "./evaluation.ts";
import { itemCard, itemDefaults, itemFields } from "./items.ts";

export const calibration = evaluation({
  about: "whether confidence can be believed: ECE, MCE, Brier score, temperature scaling, reliability diagrams",
  fields: {
    ...itemFields,
    bins: { kind: "integer", about: "bins of confidence", min: 1 },
    published: { kind: "boolean", about: "bins without their edges, as in the reproduction of JEM" },
    fitted: {
      kind: "number",
      about: "share of items, the last ones, that the temperature is fitted on",
      min: 0,
      max: 0.9,
    },
  },
  defaults: { ...itemDefaults, bins: 15, published: false, fitted: 0.5 },
  async run(model, options) {
    const all = await classified("calibration", model, options);
    const total = all.labels.length;
    const judgedCount = Math.max(1, Math.round(total * (1 - options.fitted)));
    const judged = rowsOf(all, 0, judgedCount);
    const temperature = judgedCount < total ? bestTemperature(rowsOf(all, judgedCount, total)) : null;
    const whole = judgedBy(all, 1, options);
    const before = judgedBy(judged, 1, options);
    const after = temperature === null ? null : judgedBy(judged, temperature, options);
    return {
      card: {
        ...itemCard(model, await model.open(options.part), options),
        bins: `${options.bins} of ${options.published ? "equal width without their edges (published)" : "equal width, (low, high]"}; of equal mass too`,
        temperature:
          temperature === null
            ? "not fitted"
            : `fitted on the last ${total - judgedCount}, judged on the first ${judgedCount}`,
      },
      numbers: {
        accuracy: accuracy(all),
        confidence: whole.confidence,
        ...whole.numbers,
        ...(temperature !== null &&
          after !== null && {
            temperature,
            ece_before_scaling: before.numbers.ece,
            ece_after_scaling: after.numbers.ece,
            cross_entropy_after_scaling: after.numbers.cross_entropy,
          }),
      },
      tables: [
        {
          title: "Calibration errors, of the confidence in the class that is predicted",
          columns: ["", "items", "ECE", "MCE", "RMSCE", "ECE, equal mass", "Brier score", "cross-entropy"],
          rows: [
            ["as it is", total, ...whole.row],
            ...(temperature !== null && after !== null
              ? [
                  ["as it is, on the judged part", judgedCount, ...before.row],
                  [`at temperature ${temperature.toFixed(3)}`, judgedCount, ...after.row],
                ]
              : []),
          ],
        },
      ],
      figures: [
        diagram("Accuracy by confidence", `${total} items`, whole.bins),
        ...(after === null
          ? []
          : [diagram("The same after temperature scaling", `T = ${temperature!.toFixed(3)}`, after.bins)]),
      ],
    };
  },
});

const rowsOf = ({ logits, classes, labels }: Predictions, from: number, to: number): Predictions => ({
  classes,
  logits: Array.from(logits).slice(from * classes, to * classes),
  labels: Array.from(labels).slice(from, to),
});

/** All errors of predictions whose logits are divided by a temperature. */
function judgedBy(predictions: Predictions, temperature: number, options: Pick<BinOptions, "bins" | "published">) {
  const { value } = largest(probabilities(predictions.logits, predictions.classes, temperature), predictions.classes);
  const correct = correctness(predictions);
  const bins = reliability(value, correct, options);
  const errors = calibrationError(bins, correct.length);
  const { ece: mass } = calibrationError(reliability(value, correct, { ...options, by: "mass" }));
  const numbers = {
    ...errors,
    ece_equal_mass: mass,
    brier: brier(predictions, temperature),
    cross_entropy: crossEntropy(predictions, temperature),
  };
  const { ece, mce, rmsce } = errors;
  const row = [ece, mce, rmsce, mass, numbers.brier, numbers.cross_entropy].map((number) => number.toFixed(4));
  return { bins, numbers, row, confidence: value.reduce((sum, one) => sum + one, 0) / value.length };
}

const diagram = (title: string, remark: string, bins: readonly Bin[]): Figure => ({
  ...{ title, remark, x: "confidence", y: "share that is right", kind: "reliability" },
  curves: [
    {
      name: "accuracy",
      points: [
        ...bins.map(({ from, accuracy }): [number, number] => [from, accuracy]),
        [bins[bins.length - 1].to, NaN],
      ],
    },
    { name: "share of items", points: [...bins.map(({ from, count }): [number, number] => [from, count]), [1, 0]] },
  ],
});
