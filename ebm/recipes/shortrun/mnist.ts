/** Handwritten digits by short-run MCMC: always 100 steps from noise. */

import type { ShortRunSettings } from "../../systems/shortRun.ts";
import { nonconvergent } from "../anatomy/toy.ts";
import { changed, variant } from "../recipe.ts";

const settings: ShortRunSettings = changed(nonconvergent, {
  seed: 1,
  batch: 64,
  data: { name: "mnist", noise: 0.03, size: 28, groups: 1, sd: 1 },
  net: { kind: "vanilla", width: 64, leak: 0.2 },
  start: { kind: "uniform" },
  objective: { scaled: false },
  log: { observe: 100, checkpoint: 500 },
});

export const shortrunMnist = {
  name: "shortrun/mnist",
  summary: "handwritten digits, as where 100 Langevin steps lead from uniform noise",
  source:
    "Nijkamp, Hill, Zhu & Wu 2019, Learning Non-Convergent Non-Persistent Short-Run MCMC Toward Energy-Based Model",
  system: "shortRun",
  settings,
};

export const shortrunMnistTiny = variant(
  shortrunMnist,
  "shortrun/mnist-tiny",
  `${shortrunMnist.summary}; small, a minute or two`,
  {
    updates: 180,
    batch: 16,
    net: { kind: "strided", width: 16 },
    sampler: { steps: 20 },
    // Short chains tolerate a large rate at first, and diverge under it later on.
    optimizer: { lr: 6e-4, lrMin: 1e-4, lrDecay: 0.997 },
    log: { observe: 60, checkpoint: 60 },
  },
);
