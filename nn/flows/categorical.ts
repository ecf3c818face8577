/** Draws from finitely many classes. */

import { matmul, oneHot, ones, softmax, triu, uniform, type Key, type Tensor } from "../../engine/index.ts";

/**
 * One class for each row of logits, as a 1 among zeros: `[…, k] → […, k]`, with the probabilities softmax(logits). By
 * inversion of the distribution function: the same key gives classes that vary with the logits as little as they can.
 */
export function choose(key: Key, logits: Tensor): Tensor {
  const classes = logits.shape.at(-1)!;
  const begins = matmul(softmax(logits), triu(ones([classes, classes]), 1));
  const drawn = uniform(key, [...logits.shape.slice(0, -1), 1]);
  const index = drawn.greaterEqual(begins).toFloat().sum(-1).sub(1).toIndex();
  return oneHot(index, classes);
}
