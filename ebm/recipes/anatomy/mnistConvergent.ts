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
  "handwritten digits, learned with persistent chains and a small net; a minute or two",
  {
    updates: 200,
    batch: 32,
    data: { size: 28 },
    net: { kind: "strided", width: 8 },
    sampler: { steps: 40 },
    // Few chains, so that each goes far enough to leave the noise it starts from.
    start: { size: 64 },
    optimizer: { lr: 0.012, lrDecay: 0.997 },
    log: { observe: 50, checkpoint: 100, longrun: 0 },
  },
);
