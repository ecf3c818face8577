/** Handwritten digits, learned convergently with a replay buffer. */

import { changed, variant } from "../recipe.ts";
import { convergentImages } from "./images.ts";
import { source } from "./toy.ts";

export const mnistConvergent = {
  name: "anatomy/mnist-convergent",
  summary: "handwritten digits, learned with persistent chains and a non-local net",
  source,
  system: "shortRun",
  settings: changed(convergentImages, {
    updates: 100_000,
    data: { name: "mnist" },
    optimizer: { lr: 0.01 },
    log: { longrun: 5000 },
  }),
};

export const mnistConvergentTiny = variant(
  mnistConvergent,
  "anatomy/mnist-convergent-tiny",
  "small handwritten digits, learned with persistent chains and a narrow non-local net; long runs stay digits; minutes",
  {
    updates: 1200,
    batch: 16,
    // Four times the published noises: chains come as far in a sixteenth of the steps.
    data: { size: 16, noise: 0.06 },
    net: { width: 8 },
    sampler: { steps: 25, noise: 0.03 },
    // Few chains, so that each goes far enough to leave the noise it starts from.
    start: { size: 64 },
    // Long runs leave the data while the rate is high, and stay once it has fallen.
    optimizer: { lr: 0.1, lrMin: 0.02, lrDecay: 0.998 },
    log: { observe: 200, checkpoint: 200, longrun: 600, longrunSteps: 4000 },
  },
);
