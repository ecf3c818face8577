/** What the image recipes of ebm-anatomy share. */

import type { ShortRunSettings } from "../../systems/shortRun.ts";
import { changed } from "../recipe.ts";
import { convergent, nonconvergent } from "./toy.ts";

/** A look, with which a long run may fall together, and a checkpoint. Long runs go 100 000 steps from data. */
const log: Partial<ShortRunSettings["log"]> = {
  ...{ observe: 500, checkpoint: 500 },
  ...{ longrun: 10_000, longrunSteps: 100_000, longrunStart: "data" },
};

/** Convergent learning of images: a non-local net, SGD, chains that persist; data noise is twice that of the chains. */
export const convergentImages: ShortRunSettings = changed(convergent, {
  data: { noise: 0.015 },
  net: { kind: "nonlocal" },
  sampler: { steps: 500, noise: 0.0075 },
  log,
});

/** Non-convergent learning of images: Adam and chains from uniform noise. */
export const nonconvergentImages: ShortRunSettings = changed(nonconvergent, {
  data: { noise: 0.03 },
  net: { kind: "vanilla" },
  sampler: { steps: 150, noise: 0.01 },
  start: { kind: "uniform" },
  log,
});
