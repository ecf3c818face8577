/** Handwritten digits by short-run MCMC: always 100 steps from noise. */

import { guard } from "../../guard.ts";
import type { ShortRunSettings } from "../../systems/shortRun.ts";
import { variant } from "../recipe.ts";

const settings: ShortRunSettings = {
  seed: 1,
  updates: 100_000,
  batch: 64,
  data: { name: "mnist", noise: 0.03, size: 28, groups: 1, sd: 1, radius: 1 },
  net: { kind: "vanilla", width: 64, leak: 0.2 },
  sampler: { steps: 100, stepSize: 1, noise: 0.01 },
  start: { kind: "uniform", size: 10_000, scale: 1 },
  objective: { scaled: false },
  optimizer: { kind: "adam", lr: 1e-4, lrMin: 0, lrDecay: 1, beta1: 0.9, beta2: 0.999 },
  landscape: { resolution: 100, samples: 10_000, bandwidth: 0.1 },
  guard,
  log: { observe: 100, checkpoint: 500 },
};

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
