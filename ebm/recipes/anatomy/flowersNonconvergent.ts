/** Flowers, learned non-convergently: short chains from noise look right, long ones do not. */

import { changed, variant } from "../recipe.ts";
import { nonconvergentImages } from "./images.ts";
import { source } from "./toy.ts";

export const flowersNonconvergent = {
  name: "anatomy/flowers-nonconvergent",
  summary: "flowers, as where 150 steps lead from uniform noise; long runs do not stay flowers",
  source,
  system: "shortRun",
  settings: changed(nonconvergentImages, { data: { name: "flowers102" } }),
};

export const flowersNonconvergentTiny = variant(
  flowersNonconvergent,
  "anatomy/flowers-nonconvergent-tiny",
  "flowers, as where 20 steps lead from uniform noise; small, a minute or two",
  {
    updates: 150,
    batch: 16,
    net: { kind: "strided", width: 16 },
    sampler: { steps: 20 },
    // Short chains tolerate a large rate at first, and diverge under it later on.
    optimizer: { lr: 6e-4, lrMin: 1e-4, lrDecay: 0.997 },
    log: { observe: 50, checkpoint: 50, longrun: 150, longrunSteps: 500 },
  },
);
