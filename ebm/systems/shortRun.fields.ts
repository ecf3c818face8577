/** The settings of the shortRun system, and what it learns under them. */

import { imageFields, imageNames } from "../data/fields.ts";
import { givenName } from "../data/given.ts";
import { madeImages } from "../data/made.ts";
import { toys } from "../data/toys/index.ts";
import { guardFields } from "../guard.ts";
import { samplerFields, samplerKind, samplerNames, temperatureOf } from "../samplers/index.ts";
import type { Fields, Settings, SettingsOf } from "../settings.ts";
import type { Objective } from "../training.ts";
import {
  adamFields,
  engineFields,
  landscapeFields,
  logFields,
  longrunFields,
  runFields,
  toyFields,
  toyMeasures,
} from "./fields.ts";

export const netKinds = ["toy", "vanilla", "strided", "nonlocal"] as const;
export const startKinds = ["persistent", "data", "uniform", "normal", "generator"] as const;

export const shortRunFields = {
  ...runFields,
  data: {
    name: {
      kind: "choice",
      about: "what is learned",
      values: [...Object.keys(toys), givenName, ...Object.keys(madeImages), ...imageNames],
      brings: toyMeasures,
    },
    noise: { kind: "number", about: "standard deviation of the noise added to data", min: 0 },
    noiseMin: { kind: "number", about: "least noise on data", min: 0 },
    noiseDecay: { kind: "number", about: "factor of the noise on data after each update", exclusiveMin: 0, max: 1 },
    ...imageFields,
    ...toyFields,
  },
  net: {
    kind: { kind: "choice", about: "the energy's net; toy is for points, the others are for images", values: netKinds },
    width: { kind: "integer", about: "features of the first layer", min: 1 },
    leak: { kind: "number", about: "slope of leaky ReLU where negative", min: 0 },
    spectral: { kind: "boolean", about: "vanilla: all weights under spectral norm" },
  },
  sampler: {
    kind: {
      kind: "choice",
      about: "how chains move; momentum and adam are minimisers, mala-published has GEBM's wrong correction",
      values: samplerNames,
    },
    steps: { kind: "integer", about: "steps per update", min: 1 },
    stepSize: {
      kind: "number",
      about: "factor of the energy's slope in a Langevin step; the others are as bold",
      exclusiveMin: 0,
    },
    noise: {
      kind: "number",
      about: "standard deviation of its noise, with the step size the temperature of all kinds; adam has none",
      min: 0,
    },
    ...samplerFields,
  },
  start: {
    kind: { kind: "choice", about: "where chains start", values: startKinds },
    size: { kind: "integer", about: "persistent: chains in the replay buffer", min: 1 },
    scale: { kind: "number", about: "noise starts: half-width or standard deviation", exclusiveMin: 0 },
    noise: { kind: "number", about: "persistent: standard deviation of the noise added to chains that go on", min: 0 },
  },
  generator: {
    latents: { kind: "integer", about: "generator starts: numbers in a latent", min: 1 },
    width: { kind: "integer", about: "generator starts: features next to the image", min: 1 },
    lr: { kind: "number", about: "generator starts: its learning rate", exclusiveMin: 0 },
    beta1: {
      kind: "number",
      about: "generator starts: share of Adam's mean slope that is kept",
      min: 0,
      max: 0.9999999,
    },
    deviation: {
      kind: "number",
      about: "generator starts: standard deviation of what it leaves unexplained",
      exclusiveMin: 0,
    },
  },
  objective: {
    scaled: { kind: "boolean", about: "divide the loss by the temperature noise² / (2 · stepSize) of the sampler" },
  },
  optimizer: {
    kind: { kind: "choice", about: "how parameters follow their slope", values: ["sgd", "adam"] },
    lr: {
      kind: "number",
      about: "learning rate; with SGD and a scaled loss it is multiplied by the temperature",
      exclusiveMin: 0,
    },
    lrMin: { kind: "number", about: "least learning rate", min: 0 },
    lrDecay: { kind: "number", about: "factor of the learning rate after each update", exclusiveMin: 0, max: 1 },
    ...adamFields,
  },
  landscape: landscapeFields,
  engine: engineFields,
  guard: guardFields,
  log: {
    ...logFields,
    slopes: {
      kind: "boolean",
      about: "record the energy's slope where chains start and end, two more gradients an update",
    },
    ...longrunFields(startKinds),
  },
} as const satisfies Fields;

export type ShortRunSettings = SettingsOf<typeof shortRunFields>;

/** Contrastive learning with chains that are short or persist, with these settings. */
export function shortRunObjective(settings: Settings): Objective {
  const { batch, data, sampler, start, generator, objective } = settings as unknown as ShortRunSettings;
  const scaled = objective.scaled && sampler.noise > 0;
  const contrast = "mean E(x⁺) − mean E(x⁻)";
  const begins: Record<typeof start.kind, string> = {
    persistent: `a replay buffer of ${start.size} chains`,
    data: "the data of the update",
    uniform: `uniform noise on ±${start.scale}`,
    normal: `normal noise of deviation ${start.scale}`,
    generator: `a generator of ${generator.latents} latents, which learns from where they end`,
  };
  const which = `${data.count > 0 ? `, the first ${data.count}` : ""}${data.only >= 0 ? `, of class ${data.only}` : ""}`;
  const changes = `${data.flip ? ", mirrored at random" : ""}${data.crop > 0 ? `, moved by up to ${data.crop} pixels` : ""}`;
  return {
    loss: scaled ? `L = (${contrast}) / T` : `L = ${contrast}`,
    where: [
      ["x⁺", `${batch} items of ${data.name}${which}${changes}${data.noise > 0 ? ` + ${data.noise} · N(0, I)` : ""}`],
      ["x⁻", `where ${batch} chains end that start from ${begins[start.kind]}; no gradient passes through them`],
      ["chains", `${sampler.steps} times ${samplerKind(sampler.kind).step(sampler)}`],
    ],
    sign: "E is what the net returns, low where data are: p(x) ∝ exp(−E(x) / T)",
    temperature: sampler.noise > 0 ? { formula: "T = noise² / (2 · stepSize)", value: temperatureOf(sampler) } : null,
  };
}
