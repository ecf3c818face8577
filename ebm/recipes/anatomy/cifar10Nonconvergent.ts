/** Small photographs, learned non-convergently. */

import { changed, variant } from "../recipe.ts";
import { nonconvergentImages } from "./images.ts";
import { source } from "./toy.ts";

export const cifar10Nonconvergent = {
  name: "anatomy/cifar10-nonconvergent",
  summary: "small photographs, as where 150 steps lead from uniform noise",
  source,
  system: "shortRun",
  settings: changed(nonconvergentImages, { data: { name: "cifar10" } }),
};

export const cifar10NonconvergentTiny = variant(
  cifar10Nonconvergent,
  "anatomy/cifar10-nonconvergent-tiny",
  "small photographs, as where 20 steps lead from uniform noise; small, a minute or two",
  {
    updates: 150,
    batch: 16,
    // With the leak of 0.05 so short a training gets no further than noise.
    net: { kind: "strided", width: 16, leak: 0.2 },
    sampler: { steps: 20 },
    // Short chains tolerate a large rate at first, and diverge under it later on.
    optimizer: { lr: 6e-4, lrMin: 1e-4, lrDecay: 0.997 },
    log: { observe: 50, checkpoint: 50, longrun: 0 },
  },
);
