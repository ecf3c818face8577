/** Chains that walk far longer than those of training, under the model as it stands: do they stay where they began? */

import type { Tensor } from "../../engine/index.ts";
import { stretches } from "../samplers/stretches.ts";
import type { Start } from "../starts/index.ts";
import type { Keys } from "../trainer.ts";
import { learnedOf, samplesOf, type Learned, type Model } from "./model.ts";

/** Samples of more steps than this walk in stretches. */
export const LONG = 1000;

/** Draws the ends of `count` chains from a start, after so many steps. */
export function longRunsOf(model: Model, start: Start) {
  const starts = samplesOf(model, start);
  const far = stretches(model.sampler, (learned: Learned) => model.energyUnder(learned));
  const draw = (learned: Learned, keys: Keys, count: number, steps: number): Promise<Tensor> =>
    far(starts(learned, keys, count, 0), [learnedOf(learned)], { to: steps }, keys.walk);
  return Object.assign(draw, {
    dispose() {
      starts.dispose();
      far.dispose();
    },
  });
}
