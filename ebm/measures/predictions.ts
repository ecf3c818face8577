/** What a classifier says of items, by class: probabilities, and how right they are. */

import { logSumExp } from "../logSumExp.ts";

/** Rows of logits `[n, classes]`, flat, with the true class of each, `[n]`. */
export interface Predictions {
  logits: ArrayLike<number>;
  classes: number;
  labels: ArrayLike<number>;
}

/** Rows as they are, checked. @throws RangeError when logits and labels do not fit each other */
export function expectRows(where: string, { logits, classes, labels }: Predictions): void {
  if (labels.length === 0 || logits.length !== labels.length * classes)
    throw new RangeError(`${where}: ${logits.length} logits are not ${labels.length} rows of ${classes} classes`);
  for (let i = 0; i < labels.length; i++)
    if (!(labels[i] >= 0 && labels[i] < classes))
      throw new RangeError(`${where}: labels are below ${classes}, got ${labels[i]} (row ${i})`);
}

/** softmax(logits / temperature) in float64, `[n, classes]`. */
export function probabilities(logits: ArrayLike<number>, classes: number, temperature = 1): Float64Array {
  const scaled = Float64Array.from(logits, (logit) => logit / temperature);
  for (let at = 0; at < scaled.length; at += classes) {
    const row = scaled.subarray(at, at + classes);
    const total = logSumExp(row);
    for (let k = 0; k < classes; k++) row[k] = Math.exp(row[k] - total);
  }
  return scaled;
}

/** The largest of each row of `[n, classes]`, and where it is: the first of equals. */
export function largest(rows: ArrayLike<number>, classes: number): { value: Float64Array; at: Uint32Array } {
  const count = rows.length / classes;
  const [value, at] = [new Float64Array(count), new Uint32Array(count)];
  for (let i = 0; i < count; i++) {
    for (let k = 1; k < classes; k++) if (rows[i * classes + k] > rows[i * classes + at[i]]) at[i] = k;
    value[i] = rows[i * classes + at[i]];
  }
  return { value, at };
}

/** Which rows are classified rightly: 1 or 0. */
export function correctness(predictions: Predictions): Uint8Array {
  expectRows("correctness", predictions);
  const { at } = largest(predictions.logits, predictions.classes);
  return Uint8Array.from(at, (predicted, i) => Number(predicted === predictions.labels[i]));
}

/** The share of rows whose largest logit is that of the true class. */
export function accuracy(predictions: Predictions): number {
  const correct = correctness(predictions);
  return correct.reduce((sum, one) => sum + one, 0) / correct.length;
}

/** −mean log p(y | x) of softmax(logits / temperature), in nats: the negative log-likelihood of the labels. */
export function crossEntropy(predictions: Predictions, temperature = 1): number {
  expectRows("crossEntropy", predictions);
  const { logits, classes, labels } = predictions;
  const scaled = Float64Array.from(logits, (logit) => logit / temperature);
  let sum = 0;
  for (let i = 0; i < labels.length; i++)
    sum += logSumExp(scaled.subarray(i * classes, (i + 1) * classes)) - scaled[i * classes + labels[i]];
  return sum / labels.length;
}

/** mean Σₖ (pₖ − 1[y = k])², from 0 to 2: the multi-class score of Brier (1950). */
export function brier(predictions: Predictions, temperature = 1): number {
  expectRows("brier", predictions);
  const { logits, classes, labels } = predictions;
  const p = probabilities(logits, classes, temperature);
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += (p[i] - Number(labels[Math.floor(i / classes)] === i % classes)) ** 2;
  return sum / labels.length;
}
