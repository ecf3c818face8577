/** What the two-dimensional recipes of ebm-anatomy share. */

import { guard } from "../../guard.ts";
import type { SamplerOptions } from "../../samplers/index.ts";
import { engine } from "../../systems/fields.ts";
import type { ShortRunSettings } from "../../systems/shortRun.ts";

export const source =
  "Nijkamp, Hill, Han, Zhu & Wu 2020, On the Anatomy of MCMC-Based Maximum Likelihood Learning of EBMs";

/** The generator of the study of short-run chains, for chains that start from one. */
export const generator: ShortRunSettings["generator"] = {
  latents: 100,
  width: 64,
  lr: 1e-4,
  beta1: 0.5,
  deviation: 0.3,
};

/** What other samplers would be like. */
const samplerOptions: SamplerOptions = {
  momentum: 0,
  leapfrogs: 1,
  friction: 1,
  scale: 1,
  replicas: 4,
  hottest: 8,
  target: 0.574,
  warmUp: 50,
  boldest: 4,
};

/** Convergent learning: SGD, noise large enough to mix, chains that persist. */
export const convergent: ShortRunSettings = {
  seed: 123,
  updates: 200_000,
  batch: 100,
  data: {
    name: "gmm",
    noise: 0,
    noiseMin: 0,
    noiseDecay: 1,
    size: 32,
    count: 0,
    only: -1,
    flip: false,
    crop: 0,
    groups: 8,
    sd: 0.15,
    radius: 1,
  },
  net: { kind: "toy", width: 32, leak: 0.05, spectral: false },
  sampler: { kind: "langevin", steps: 500, stepSize: 1, noise: 0.125, ...samplerOptions },
  start: { kind: "persistent", size: 10_000, scale: 1, noise: 0 },
  generator,
  objective: { scaled: true },
  optimizer: { kind: "sgd", lr: 0.1, lrMin: 0, lrDecay: 1, beta1: 0.9, beta2: 0.999, weightDecay: 0 },
  landscape: { resolution: 200, samples: 10_000, bandwidth: 0.1 },
  engine,
  guard,
  log: { observe: 1000, checkpoint: 1000, slopes: false, longrun: 0, longrunSteps: 100_000, longrunStart: "data" },
};

/** Non-convergent learning: Adam, hardly any noise, chains that start from a normal distribution. */
export const nonconvergent: ShortRunSettings = {
  ...convergent,
  updates: 100_000,
  sampler: { ...convergent.sampler, steps: 100, noise: 0.01 },
  start: { ...convergent.start, kind: "normal" },
  optimizer: { ...convergent.optimizer, kind: "adam", lr: 1e-4 },
};

export const rings = { name: "rings", size: 32, groups: 4, sd: 0.15, radius: 1 } as const;
