/** Chains that walk far longer than those of training, under the model as it stands: do they stay where they began? */

import { compile, currentDevice, foldIn, type Key, type Tensor } from "../../engine/index.ts";
import { walk } from "../samplers/index.ts";
import type { Start } from "../starts/index.ts";
import type { Keys } from "../trainer.ts";
import { learnedOf, samplesOf, type Learned, type Model } from "./model.ts";

/** Steps in one program; the device is waited for in between, so that nothing piles up. */
export const STRETCH = 100;

/** Samples of more steps than this walk in such stretches. */
export const LONG = 1000;

/** Draws the ends of `count` chains from a start, after so many steps. */
export function longRunsOf(model: Model, start: Start) {
  const { sampler, energyUnder } = model;
  const starts = samplesOf(model, start);
  const programs = new Map<number, ReturnType<typeof programFor>>();
  const programFor = (steps: number) =>
    compile((learned: Learned, x: Tensor, key: Key) => walk(sampler, energyUnder(learned), x, steps, key).x, {
      donate: [1],
    });
  const draw = async (learned: Learned, keys: Keys, count: number, steps: number): Promise<Tensor> => {
    let x = starts(learned, keys, count, 0);
    const known = learnedOf(learned);
    for (let done = 0; done < steps; done += STRETCH) {
      const stretch = Math.min(STRETCH, steps - done);
      const program = programs.get(stretch) ?? programFor(stretch);
      programs.set(stretch, program);
      x = program(known, x, foldIn(keys.walk, done));
      await currentDevice("long run").throttle();
    }
    return x;
  };
  return Object.assign(draw, {
    dispose() {
      starts.dispose();
      programs.forEach((program) => program.dispose());
    },
  });
}
