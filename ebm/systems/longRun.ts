/** Chains that walk far longer than those of training, under the model as it stands: do they stay where they began? */

import { compile, currentDevice, foldIn, type Key, type Tensor } from "../../engine/index.ts";
import { walk } from "../samplers/index.ts";
import type { Keys } from "../trainer.ts";
import { learnedOf, samplesOf, type Learned, type Model } from "./model.ts";
import { startOf } from "./shortRun.parts.ts";

/** Steps in one program; the device is waited for in between, so that nothing piles up. */
const STRETCH = 100;

/** Draws the ends of long runs: `count` chains from the start and for the steps that the settings say. */
export function longRunsOf(model: Model) {
  const { sampler, energyUnder, settings, source } = model;
  const { longrunStart, longrunSteps } = settings.log;
  const starts = samplesOf(model, startOf(settings, source, longrunStart));
  const programs = [STRETCH, longrunSteps % STRETCH].map((steps) =>
    compile((learned: Learned, x: Tensor, key: Key) => walk(sampler, energyUnder(learned), x, steps, key).x, {
      donate: [1],
    }),
  );
  const draw = async (learned: Learned, keys: Keys, count: number): Promise<Tensor> => {
    let x = starts(learned, keys, count, 0);
    const known = learnedOf(learned);
    for (let done = 0; done < longrunSteps; done += STRETCH) {
      const program = done + STRETCH <= longrunSteps ? programs[0] : programs[1];
      x = program(known, x, foldIn(keys.walk, done));
      await currentDevice("long run").throttle();
    }
    return x;
  };
  return Object.assign(draw, {
    dispose() {
      starts.dispose();
      for (const program of programs) program.dispose();
    },
  });
}
