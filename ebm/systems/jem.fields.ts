/** The settings of JEM, and what it learns under them. */

import { imageFields, imageNames } from "../data/fields.ts";
import { toys } from "../data/toys/index.ts";
import { guardFields } from "../guard.ts";
import { temperatureOf } from "../samplers/index.ts";
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

export const jemNetKinds = ["mlp", "conv", "wideResnet", "resnet"] as const;
export const jemStartKinds = ["persistent", "uniform", "normal", "matched", "data"] as const;
/** What a buffer is filled with. */
export const freshKinds = ["uniform", "normal", "matched"] as const;

const { size, count, flip, crop } = imageFields;
const weight = (about: string) => ({ kind: "number", about, min: 0 }) as const;

export const jemFields = {
  ...runFields,
  data: {
    name: {
      kind: "choice",
      about: "what is learned",
      values: [...Object.keys(toys), ...imageNames],
      brings: toyMeasures,
    },
    noise: { kind: "number", about: "standard deviation of the noise added to data, in evaluations too", min: 0 },
    ...{ size, flip, crop },
    count: {
      ...count,
      about: "how many are learned from: of images the first ones, 0 for all; of toys so many are made",
    },
    labels: { kind: "integer", about: "items of each class whose class is known, the first ones, -1 for all", min: -1 },
    valid: {
      kind: "integer",
      about: "images held out, at random, on which accuracy is watched; 0: on test images",
      min: 0,
    },
    together: {
      kind: "boolean",
      about: "one batch for p(x) and p(y|x), instead of one of all data and one of those with a class",
    },
    ...toyFields,
  },
  net: {
    kind: {
      kind: "choice",
      about: "what gives the logits; mlp is for points, the others are for images",
      values: jemNetKinds,
    },
    width: {
      kind: "integer",
      about: "mlp: features of a layer; conv: of its first; wideResnet and resnet: factor of theirs",
      min: 1,
    },
    depth: { kind: "integer", about: "wideResnet: convolutions on the longest way, 6 n + 4", min: 10 },
    norm: {
      kind: "choice",
      about: "wideResnet: normalisation; JEM has none, and fails with batch norm",
      values: ["none", "batch", "instance", "layer", "act"],
    },
    dropout: { kind: "number", about: "wideResnet: share dropped in training", min: 0, max: 0.9999999 },
    activation: {
      kind: "choice",
      about: "smooth ones make training steadier",
      values: ["leakyRelu", "silu", "softplus"],
    },
    leak: { kind: "number", about: "slope of leaky ReLU where negative, 0 for ReLU", min: 0 },
    last: { kind: "boolean", about: "wideResnet: normalisation and activation after the last block" },
  },
  sampler: {
    steps: { kind: "integer", about: "Langevin steps per update", min: 1 },
    stepSize: { kind: "number", about: "factor of the energy's slope", exclusiveMin: 0 },
    noise: { kind: "number", about: "standard deviation of the noise in each step", min: 0 },
    clip: { kind: "number", about: "longest slope a chain follows, 0 for any", min: 0 },
    conditional: { kind: "boolean", about: "each chain walks under f(x, y) of a class of its own, not under f(x)" },
  },
  start: {
    kind: {
      kind: "choice",
      about: "where chains start; matched: a normal distribution for each class",
      values: jemStartKinds,
    },
    size: { kind: "integer", about: "persistent: chains in the replay buffer", min: 1 },
    fresh: { kind: "choice", about: "persistent: what chains begin as", values: freshKinds },
    reinit: { kind: "number", about: "persistent: probability that a chain starts afresh", min: 0, max: 1 },
    scale: { kind: "number", about: "noise: half-width or standard deviation", exclusiveMin: 0 },
    matched: { kind: "integer", about: "matched: items of each class whose moments it has", min: 2 },
  },
  objective: {
    x: weight("weight of the contrast of f(x), 0 for a classifier alone"),
    yGivenX: weight("weight of the cross-entropy of p(y|x)"),
    xy: weight("weight of the contrast of f(x, y)"),
    energyL2: weight("weight of the mean squares of energies"),
    head: {
      kind: "choice",
      about: "what f(x) is: log Σ exp of the logits, or an output of its own",
      values: ["logits", "own"],
    },
  },
  optimizer: {
    kind: { kind: "choice", about: "how parameters follow their slope", values: ["sgd", "adam"] },
    lr: { kind: "number", about: "learning rate", exclusiveMin: 0 },
    warmUp: { kind: "integer", about: "updates over which the learning rate rises from 0", min: 0 },
    milestones: {
      kind: "list",
      about: "updates after which the learning rate is multiplied by the decay",
      of: { kind: "integer", about: "an update", min: 1 },
    },
    decay: { kind: "number", about: "factor of the learning rate at each milestone", exclusiveMin: 0, max: 1 },
    momentum: { kind: "number", about: "SGD: share of the last direction that is kept", min: 0, max: 0.9999999 },
    ...adamFields,
  },
  landscape: landscapeFields,
  engine: engineFields,
  guard: guardFields,
  log: {
    ...logFields,
    heldOut: { kind: "integer", about: "items held out that are classified at every look, the first ones", min: 1 },
    ...longrunFields(jemStartKinds),
  },
} as const satisfies Fields;

export type JemSettings = SettingsOf<typeof jemFields>;

/** Whether anything is learned from samples: a classifier alone has no chains. */
export const isGenerative = ({ objective: { x, xy } }: Pick<JemSettings, "objective">): boolean => x > 0 || xy > 0;

/** The loss as a formula: its terms whose weights are not 0. */
function lossOf({ objective: { x, yGivenX, xy, energyL2 } }: JemSettings): string {
  const terms: [number, string][] = [
    [x, "(mean E(x⁺) − mean E(x⁻))"],
    [yGivenX, "H(y | xʸ)"],
    [xy, "(mean E(xʸ, y) − mean E(xʸ⁻, y))"],
    [energyL2, "(mean E(x⁺)² + mean E(x⁻)²)"],
  ];
  const shown = terms
    .filter(([weight]) => weight > 0)
    .map(([weight, term]) => (weight === 1 ? term : `${weight} ${term}`));
  return `L = ${shown.join(" + ")}`;
}

/** A classifier that is an energy-based model, under these settings. */
export function jemObjective(settings: Settings): Objective {
  const checked = settings as unknown as JemSettings;
  const { batch, data, sampler, start, objective } = checked;
  const generative = isGenerative(checked);
  const known = data.labels < 0 ? "" : ` of the ${data.labels} of each class whose class is known`;
  const begins: Record<typeof start.kind, string> = {
    persistent: `a replay buffer of ${start.size} chains, each anew with probability ${start.reinit}`,
    uniform: `uniform noise on ±${start.scale}`,
    normal: `normal noise of deviation ${start.scale}`,
    matched: `a normal distribution for each class, with the moments of ${start.matched} items`,
    data: "the data of the update",
  };
  const noise = data.noise > 0 ? ` + ${data.noise} · N(0, I)` : "";
  const energy = objective.head === "own" ? "−f(x), an output of its own" : "−log Σ exp ℓ(x)";
  return {
    loss: lossOf(checked),
    where: [
      ["ℓ(x)", "the logits that the net returns: p(y | x) = softmax ℓ(x), E(x, y) = −ℓ(x)[y]"],
      ["E(x)", energy],
      [
        "xʸ, y",
        data.together ? "the same as x⁺, with their classes" : `${batch} items${known}, with their classes${noise}`,
      ],
      ["H", "the mean cross-entropy, −mean log p(y | xʸ)"],
      ["x⁺", `${batch} items of ${data.name}${noise}`],
      ...(generative
        ? ([
            ["x⁻", `where ${batch} chains end that start from ${begins[start.kind]}; no gradient passes through them`],
            [
              "chains",
              `${sampler.steps} times x ← x − ${sampler.stepSize} · ∇E(${sampler.conditional ? "x, y" : "x"})${sampler.noise > 0 ? ` + ${sampler.noise} · N(0, I)` : ""}, with the net in evaluation`,
            ],
          ] as const)
        : []),
    ],
    sign: "E = −f is low where data are: p(x) ∝ exp(−E(x)), p(x, y) ∝ exp(−E(x, y))",
    temperature:
      generative && sampler.noise > 0
        ? { formula: "T of the chains = noise² / (2 · stepSize), that of the model 1", value: temperatureOf(sampler) }
        : null,
  };
}
