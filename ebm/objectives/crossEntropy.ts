/** What a classifier minimises, and how often it is right. */

import { argmax, equal, logSoftmax, pick, type Tensor } from "../../engine/index.ts";

/** −mean log p(y | x) for logits `[n, classes]` and labels u32 `[n]`: a scalar, in nats. */
export const crossEntropy = (logits: Tensor, labels: Tensor): Tensor =>
  pick(logSoftmax(logits, 1), labels).mean().neg();

/** The share of items whose largest logit is that of their label: a scalar. */
export const accuracy = (logits: Tensor, labels: Tensor): Tensor => equal(argmax(logits, 1), labels).toFloat().mean();
