/** Flowers, learned convergently: long runs stay realistic. */

import { changed, variant } from "../recipe.ts";
import { convergentImages } from "./images.ts";
import { source } from "./toy.ts";

export const flowersConvergent = {
  name: "anatomy/flowers-convergent",
  summary: "flowers, learned with persistent chains so that long runs stay flowers",
  source,
  system: "shortRun",
  settings: changed(convergentImages, {
    updates: 200_000,
    data: { name: "flowers102" },
    // A chain for each image.
    start: { size: 8189 },
    optimizer: { lr: 0.1, lrMin: 5e-4, lrDecay: 0.99995 },
  }),
};

/** The numbers of the authors' template, whose rate begins at half. */
export const flowersConvergentGentle = variant(
  flowersConvergent,
  "anatomy/flowers-convergent-gentle",
  "flowers, learned as in flowers-convergent at half the learning rate",
  { optimizer: { lr: 0.05 } },
);

/** Samples stay noise for so few updates; what shows is that long runs from data stay flowers, unlike non-convergent ones. */
export const flowersConvergentTiny = variant(
  flowersConvergent,
  "anatomy/flowers-convergent-tiny",
  "flowers, learned with persistent chains and a small net: long runs from data stay flowers; a minute or two",
  {
    updates: 200,
    batch: 16,
    net: { kind: "strided", width: 8 },
    sampler: { steps: 40 },
    // Few chains, so that each goes far enough to leave the noise it starts from.
    start: { size: 32 },
    optimizer: { lr: 0.05, lrDecay: 0.997 },
    log: { observe: 50, checkpoint: 100, longrun: 200, longrunSteps: 1000 },
  },
);
