/** The one temperature that makes a classifier's probabilities most likely (Guo et al. 2017). */

import { expectRows, probabilities, type Predictions } from "./predictions.ts";

/** Within these lies every temperature that is looked for, as logarithms. */
const BOUNDS = [-12, 12] as const;

/**
 * The T > 0 with the least cross-entropy of softmax(logits / T): to be fitted on predictions that are not then judged by it. Newton's
 * method on u = log 1/T, in which the cross-entropy is unimodal, held to a bracket. Where there is no least it comes to e⁻¹² (all
 * predictions are right), e¹² (they are worse than chance), or 1 (all logits are equal, so nothing changes).
 * @throws RangeError for logits that do not fit their labels
 */
export function bestTemperature(predictions: Predictions): number {
  expectRows("bestTemperature", predictions);
  let [low, high]: [number, number] = [...BOUNDS];
  let u = 0;
  for (let i = 0; i < 100; i++) {
    const { slope, curvature } = derivatives(predictions, u);
    if (Math.abs(slope) < 1e-12) break;
    if (slope > 0) high = u;
    else low = u;
    const step = u - slope / curvature;
    const next = curvature > 0 && step > low && step < high ? step : (low + high) / 2;
    if (Math.abs(next - u) < 1e-12) break;
    u = next;
  }
  return Math.exp(-u);
}

/** First and second derivative of the cross-entropy in u, for logits times b = eᵘ: b(Σ p z − z_y), and that plus b² var z. */
function derivatives({ logits, classes, labels }: Predictions, u: number): { slope: number; curvature: number } {
  const b = Math.exp(u);
  const p = probabilities(logits, classes, 1 / b);
  let [first, second] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    let [mean, square] = [0, 0];
    const reference = logits[i * classes + labels[i]];
    for (let k = 0; k < classes; k++) {
      // Relative to the true class, so that large logits cancel before they are squared.
      const z = logits[i * classes + k] - reference;
      mean += p[i * classes + k] * z;
      square += p[i * classes + k] * z * z;
    }
    first += mean;
    second += square - mean * mean;
  }
  const slope = (b * first) / labels.length;
  return { slope, curvature: slope + (b * b * second) / labels.length };
}
