/** What the recipes of JEM share. */

import { guard } from "../../guard.ts";
import { engine } from "../../systems/fields.ts";
import type { JemSettings } from "../../systems/jem.ts";
import type { Changes } from "../recipe.ts";

export const source =
  "Grathwohl, Wang, Jacobsen, Duvenaud, Norouzi & Swersky 2020, Your Classifier is Secretly an Energy Based Model and You Should Treat it Like One";

export const reproduction = "divymurli/ML_Reprod_HybridEnergyModels: a reproduction of JEM with a smaller net";

/** Updates in an epoch of 45 000 images in batches of 64. */
const EPOCH = 704;

/** The published constants on CIFAR-10: a Wide-ResNet 28-10 without normalisation, 20 steps at a temperature near 0. */
export const photographs: JemSettings = {
  seed: 1,
  updates: 200 * EPOCH,
  batch: 64,
  data: {
    name: "cifar10",
    noise: 0.03,
    size: 32,
    count: 0,
    flip: true,
    crop: 4,
    labels: -1,
    valid: 5000,
    together: false,
    groups: 3,
    sd: 0.25,
    radius: 0.6,
  },
  net: {
    kind: "wideResnet",
    width: 10,
    depth: 28,
    norm: "none",
    dropout: 0,
    activation: "leakyRelu",
    leak: 0.2,
    last: true,
  },
  sampler: { steps: 20, stepSize: 1, noise: 0.01, clip: 0, conditional: false },
  start: { kind: "persistent", size: 10_000, fresh: "uniform", reinit: 0.05, scale: 1, matched: 100 },
  objective: { x: 1, yGivenX: 1, xy: 0, energyL2: 0, head: "logits" },
  optimizer: {
    kind: "adam",
    lr: 1e-4,
    warmUp: 1000,
    milestones: `${160 * EPOCH},${180 * EPOCH}`,
    decay: 0.3,
    momentum: 0.9,
    beta1: 0.9,
    beta2: 0.999,
    weightDecay: 0,
  },
  landscape: { resolution: 100, samples: 2000, bandwidth: 0.1 },
  engine,
  guard,
  log: {
    observe: 1000,
    checkpoint: 1000,
    heldOut: 1000,
    longrun: 0,
    longrunSteps: 1000,
    longrunStart: "uniform",
  },
};

/** A classifier alone: no chains, and none to keep. */
export const supervised: Changes<JemSettings> = { objective: { x: 0, xy: 0 }, start: { kind: "uniform" } };

/** What makes them tiny: a minute or two on a software adapter. */
export const tiny: Changes<JemSettings> = {
  updates: 200,
  batch: 32,
  data: { valid: 0 },
  net: { kind: "conv", width: 8, activation: "silu" },
  sampler: { steps: 10 },
  // Few chains, so that each goes far enough to leave the noise it starts from.
  start: { size: 200 },
  objective: { yGivenX: 10 },
  optimizer: { lr: 1e-3, warmUp: 50, milestones: "" },
  log: { observe: 100, checkpoint: 100, heldOut: 500 },
};
