/** What the recipes of short-run MCMC share. */

import type { ShortRunSettings } from "../../systems/shortRun.ts";
import { nonconvergent } from "../anatomy/toy.ts";
import { changed, type Changes } from "../recipe.ts";

export const source =
  "Nijkamp, Hill, Zhu & Wu 2019, Learning Non-Convergent Non-Persistent Short-Run MCMC Toward Energy-Based Model";

/** The constants of the published script: 100 Langevin steps from uniform noise, Adam, no scale to the loss. */
export const shortRunImages: ShortRunSettings = changed(nonconvergent, {
  seed: 1,
  batch: 64,
  data: { noise: 0.03, groups: 1, sd: 1 },
  net: { kind: "vanilla", width: 64, leak: 0.2 },
  start: { kind: "uniform" },
  objective: { scaled: false },
  log: { observe: 100, checkpoint: 500 },
});

/** What makes them small: a minute or two on a software adapter. */
export const tiny: Changes<ShortRunSettings> = {
  updates: 180,
  batch: 16,
  net: { kind: "strided", width: 16 },
  sampler: { steps: 20 },
  // Short chains tolerate a large rate at first, and diverge under it later on.
  optimizer: { lr: 6e-4, lrMin: 1e-4, lrDecay: 0.997 },
  log: { observe: 60, checkpoint: 60 },
};
