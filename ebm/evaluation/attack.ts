/** Projected gradient descent against a classifier (Madry et al. 2018), through refinement by noise and sampling. */

import {
  clamp,
  compile,
  foldIn,
  grad,
  loop,
  normal,
  pick,
  uniform,
  where,
  type Compiled,
  type Key,
  type Tensor,
} from "../../engine/index.ts";
import { chosen, rowNorm } from "../samplers/chains.ts";
import { refined } from "./classified.ts";
import { classifierOf } from "./evaluation.ts";
import type { Evaluated } from "./evaluated.ts";

export type Norm = "linf" | "l2";

export interface AttackOptions {
  norm: Norm;
  /** Steps of the attack; each goes 2.5 · ε / steps. */
  steps: number;
  /** Copies of an item with noise of their own, whose logits are averaged, in the attack (EOT) and in the defence. */
  copies: number;
  /** Deviation of that noise. */
  noise: number;
  /** Steps of the model's sampler before classifying: the k of JEM-k. */
  refine: number;
  /** Items stay in [−low, low]; Infinity for points. */
  limit: number;
}

/**
 * The logits that a defended model gives: the mean over noisy copies, each refined by the model's sampler. `through` are the points that
 * are classified; a gradient with respect to them, summed over copies, is the published straight-through gradient: as if refinement
 * added a constant.
 */
function defended(
  model: Evaluated,
  learned: Evaluated["learned"],
  x: Tensor,
  { copies, noise, refine }: AttackOptions,
  key: Key,
): { logits: Tensor; through: Tensor } {
  const { classes, logits } = classifierOf("robust", model);
  const many = x.reshape([x.shape[0], 1, ...x.shape.slice(1)]).broadcast([x.shape[0], copies, ...x.shape.slice(1)]);
  const rows = many.reshape([x.shape[0] * copies, ...x.shape.slice(1)]);
  const noisy = noise === 0 ? rows : rows.add(normal(foldIn(key, 0), rows.shape).mul(noise));
  const through = refined(model, learned, noisy, refine, foldIn(key, 1)).stopGradient();
  return { logits: logits(learned, through).reshape([x.shape[0], copies, classes]).mean(1), through };
}

/** −log p(label) of each row, `[n]`. */
const losses = (logits: Tensor, labels: Tensor): Tensor => logits.logSumExp(1).sub(pick(logits, labels));

/** A point of the ball of radius ε around 0 for each item: uniform in it for linf, on a random ray for l2. */
function randomOffset(like: Tensor, norm: Norm, epsilon: Tensor, key: Key): Tensor {
  if (norm === "linf") return uniform(foldIn(key, 0), like.shape, -1, 1).mul(epsilon);
  const direction = normal(foldIn(key, 0), like.shape);
  const length = uniform(foldIn(key, 1), [like.shape[0]]).mul(epsilon).div(rowNorm(direction));
  return direction.mul(perRow(length, like));
}

const perRow = (values: Tensor, like: Tensor): Tensor =>
  values.reshape([values.size, ...like.shape.slice(1).map(() => 1)]);

/** The nearest point of the ball of radius ε around x that is an item. */
function projected(x: Tensor, around: Tensor, { norm, limit }: AttackOptions, epsilon: Tensor): Tensor {
  const offset = x.sub(around);
  const inBall =
    norm === "linf"
      ? offset.maximum(epsilon.neg()).minimum(epsilon)
      : offset.mul(perRow(epsilon.div(rowNorm(offset).maximum(epsilon).maximum(1e-12)), x));
  const moved = around.add(inBall);
  return Number.isFinite(limit) ? clamp(moved, -limit, limit) : moved;
}

/** Where an attack ends, and what the defended model says there with noise of its own. */
export interface Attacked {
  x: Tensor;
  /** The class that it is taken for, u32 `[n]`. */
  predicted: Tensor;
  /** −log p(label), `[n]`. */
  loss: Tensor;
  [name: string]: Tensor;
}

type Program = Compiled<
  [learned: Evaluated["learned"], x: Tensor, labels: Tensor, epsilon: Tensor, key: Key],
  Attacked
>;

/**
 * A compiled attack on items `[n, …]` with labels u32 `[n]`, within ε of them: from a random start as many steps up the loss, by the
 * sign of its gradient (linf) or along it (l2). `steps` 0 is the random start alone, and ε 0 the items themselves.
 */
export const attackOn = (model: Evaluated, options: AttackOptions): Program =>
  compile((learned: Evaluated["learned"], x: Tensor, labels: Tensor, epsilon: Tensor, key: Key) => {
    const start = projected(x.add(randomOffset(x, options.norm, epsilon, foldIn(key, 0))), x, options, epsilon);
    const { steps } = options;
    const climb = (at: Tensor, step: Key): Tensor => {
      const { logits, through } = defended(model, learned, at, options, step);
      const slope = grad(losses(logits, labels).sum(), through)
        .reshape([x.shape[0], options.copies, ...x.shape.slice(1)])
        .sum(1);
      const length = rowNorm(slope);
      const direction =
        options.norm === "linf"
          ? slope.sign()
          : chosen(length.greater(0), slope.div(perRow(where(length.greater(0), length, 1), x)), slope.mul(0));
      return projected(at.add(direction.mul(epsilon.mul(2.5 / steps))), x, options, epsilon);
    };
    const walking = foldIn(key, 1);
    const end =
      steps === 0 ? start : loop(steps, (i, { at }) => ({ at: climb(at, foldIn(walking, i)) }), { at: start }).at;
    const { logits } = defended(model, learned, end, options, foldIn(key, 2));
    return { x: end, predicted: logits.argmax(1), loss: losses(logits, labels) };
  });
