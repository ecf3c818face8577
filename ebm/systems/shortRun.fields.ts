/** The settings of the shortRun system, and what it learns under them. */

import { pointSources } from "../data/points.ts";
import { guardFields } from "../guard.ts";
import { temperatureOf } from "../samplers/index.ts";
import type { Fields, Settings, SettingsOf } from "../settings.ts";
import type { Objective } from "../training.ts";

/** Data sets of images that a host can be asked for. */
export const imageNames = ["mnist", "fashion-mnist", "kmnist", "notmnist", "omniglot", "cifar10", "cifar100"] as const;

export const netKinds = ["toy", "vanilla", "strided", "nonlocal"] as const;
export const startKinds = ["persistent", "data", "uniform", "normal"] as const;

export const shortRunFields = {
  seed: { kind: "integer", about: "seed of every random stream", min: 0 },
  updates: { kind: "integer", about: "parameter updates in all", min: 0 },
  batch: { kind: "integer", about: "data and chains per update", unit: "items", min: 1 },
  data: {
    name: { kind: "choice", about: "what is learned", values: [...Object.keys(pointSources), ...imageNames] },
    noise: { kind: "number", about: "standard deviation of the noise added to data", min: 0 },
    size: { kind: "integer", about: "rows and columns of images", unit: "pixels", min: 8 },
    groups: { kind: "integer", about: "toys: Gaussians or rings", min: 1 },
    sd: { kind: "number", about: "toys: standard deviation of each", exclusiveMin: 0 },
    radius: {
      kind: "number",
      about: "toys: radius of the circle of Gaussians, distance between rings",
      exclusiveMin: 0,
    },
  },
  net: {
    kind: { kind: "choice", about: "the energy's net; toy is for points, the others are for images", values: netKinds },
    width: { kind: "integer", about: "features of the first layer", min: 1 },
    leak: { kind: "number", about: "slope of leaky ReLU where negative", min: 0 },
  },
  sampler: {
    steps: { kind: "integer", about: "Langevin steps per update", min: 1 },
    stepSize: { kind: "number", about: "factor of the energy's slope", exclusiveMin: 0 },
    noise: { kind: "number", about: "standard deviation of the noise in each step", min: 0 },
  },
  start: {
    kind: { kind: "choice", about: "where chains start", values: startKinds },
    size: { kind: "integer", about: "persistent: chains in the replay buffer", min: 1 },
    scale: { kind: "number", about: "noise starts: half-width or standard deviation", exclusiveMin: 0 },
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
    beta1: { kind: "number", about: "Adam: share of the mean slope that is kept", min: 0, max: 0.9999999 },
    beta2: { kind: "number", about: "Adam: share of the mean square that is kept", min: 0, max: 0.9999999 },
  },
  landscape: {
    resolution: { kind: "integer", about: "toys: points along each side of the grid", min: 2, max: 2000 },
    samples: { kind: "integer", about: "toys: short-run samples for the density estimate", min: 3 },
    bandwidth: { kind: "number", about: "toys: width of its kernels, in standard deviations", exclusiveMin: 0 },
  },
  guard: guardFields,
  log: {
    observe: { kind: "integer", about: "updates between two looks at the model, 0 for only one at the end", min: 0 },
    checkpoint: { kind: "integer", about: "updates between two checkpoints, 0 for only one at the end", min: 0 },
  },
} as const satisfies Fields;

export type ShortRunSettings = SettingsOf<typeof shortRunFields>;

/** Contrastive learning with chains that are short or persist, with these settings. */
export function shortRunObjective(settings: Settings): Objective {
  const { batch, data, sampler, start, objective } = settings as unknown as ShortRunSettings;
  const scaled = objective.scaled && sampler.noise > 0;
  const contrast = "mean E(x⁺) − mean E(x⁻)";
  const begins: Record<typeof start.kind, string> = {
    persistent: `a replay buffer of ${start.size} chains`,
    data: "the data of the update",
    uniform: `uniform noise on ±${start.scale}`,
    normal: `normal noise of deviation ${start.scale}`,
  };
  const noise = sampler.noise > 0 ? ` + ${sampler.noise} · N(0, I)` : "";
  return {
    loss: scaled ? `L = (${contrast}) / T` : `L = ${contrast}`,
    where: [
      ["x⁺", `${batch} items of ${data.name}${data.noise > 0 ? ` + ${data.noise} · N(0, I)` : ""}`],
      ["x⁻", `where ${batch} chains end that start from ${begins[start.kind]}; no gradient passes through them`],
      ["chains", `${sampler.steps} times x ← x − ${sampler.stepSize} · ∇E(x)${noise}`],
    ],
    sign: "E is what the net returns, low where data are: p(x) ∝ exp(−E(x) / T)",
    temperature: sampler.noise > 0 ? { formula: "T = noise² / (2 · stepSize)", value: temperatureOf(sampler) } : null,
  };
}
