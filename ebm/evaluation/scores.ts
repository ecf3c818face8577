/** Scores that should be higher for what a model has learned than for anything else. */

import { foldIn, type Key, type Tensor } from "../../engine/index.ts";
import { energyAndSlope, rowNorm } from "../samplers/chains.ts";
import { refined } from "./classified.ts";
import type { Evaluated } from "./evaluated.ts";

/** What each score is. Those after a walk of the sampler tell how far it goes from an item, and to where. */
export const scoreNames = {
  logDensity: "log p(x) up to a constant, −E(x)",
  confidence: "max p(y | x)",
  typicality: "−‖∂ log p / ∂x‖, approximate mass",
  maxLogit: "largest logit",
  refinement: "log p(x) less that after the sampler's steps",
  refinedSlope: "−‖∂ log p / ∂x‖ after the sampler's steps",
  refinedDistance: "−distance that the sampler's steps go",
} as const;

export type Score = keyof typeof scoreNames;

/** The scores of a batch, `[n]` each, as far as the model has them; those of refinement for `steps` above 0. */
export function scoresOf(
  model: Evaluated,
  learned: Evaluated["learned"],
  x: Tensor,
  steps: number,
  key: Key,
): Partial<Record<Score, Tensor>> {
  const energy = (at: Tensor): Tensor => model.energy(learned, at);
  const here = energyAndSlope(energy, x);
  const scores: Partial<Record<Score, Tensor>> = {
    logDensity: here.energy.neg(),
    typicality: rowNorm(here.slope).neg(),
  };
  if (model.classifier !== null) {
    const logits = model.classifier.logits(learned, x);
    scores.maxLogit = logits.max(1);
    scores.confidence = logits.max(1).sub(logits.logSumExp(1)).exp();
  }
  if (steps === 0) return scores;
  const end = refined(model, learned, x, steps, foldIn(key, 1));
  const there = energyAndSlope(energy, end);
  scores.refinement = there.energy.sub(here.energy);
  scores.refinedSlope = rowNorm(there.slope).neg();
  scores.refinedDistance = rowNorm(end.sub(x)).neg();
  return scores;
}
