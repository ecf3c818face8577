/** The samplers by name, as settings choose them and as they race in the app. */

import type { Operand } from "../../engine/index.ts";
import type { Fields, SettingsOf } from "../settings.ts";
import { adapted } from "./adapted.ts";
import { adamDescent, descent } from "./descent.ts";
import { hmc } from "./hmc.ts";
import { independent, normalProposal } from "./independent.ts";
import { kineticLangevin } from "./kineticLangevin.ts";
import { langevin } from "./langevin.ts";
import { mala } from "./mala.ts";
import { parallelTempering } from "./parallelTempering.ts";
import { randomWalk } from "./randomWalk.ts";
import type { Sampler } from "./sampler.ts";

/** What samplers let one choose besides step size and noise. */
export const samplerFields = {
  momentum: { kind: "number", about: "momentum: share of the last direction that is kept", min: 0, max: 0.9999999 },
  leapfrogs: { kind: "integer", about: "hmc: leapfrog steps of each step", min: 1 },
  friction: { kind: "number", about: "kinetic: rate at which a velocity is forgotten", exclusiveMin: 0 },
  scale: { kind: "number", about: "independent: standard deviation of proposals", exclusiveMin: 0 },
  replicas: { kind: "integer", about: "tempering: temperatures, in equal ratios from the coldest", min: 2, max: 64 },
  hottest: {
    kind: "number",
    about: "tempering: the highest temperature, as a multiple of the coldest",
    exclusiveMin: 1,
  },
  target: { kind: "number", about: "adapted: acceptance that is sought", exclusiveMin: 0, max: 0.9999999 },
  warmUp: { kind: "integer", about: "adapted: steps of each walk in which step sizes adapt", min: 0 },
  boldest: { kind: "number", about: "adapted: the largest step size, as a multiple of the one to begin with", min: 1 },
} as const satisfies Fields;

export type SamplerOptions = SettingsOf<typeof samplerFields>;

/** The settings of a sampler. Whatever its kind, step size η and noise σ amount to the temperature T = σ² / 2η. */
export type SamplerSettings = SamplerOptions & { stepSize: number; noise: number };

/** What a sampler is built of: numbers, or tensors where other numbers are to be no other program. */
export type SamplerParts = SamplerOptions & { stepSize: Operand; noise: Operand; temperature: number };

export interface SamplerKind {
  title: string;
  /** its step in a few words */
  brief: (options: SamplerOptions) => string;
  about: string;
  /** which of the options it heeds */
  options: readonly (keyof SamplerOptions)[];
  /** whether it does without noise: it then only descends */
  descends: boolean;
  /** of E in a step, for each chain; null of minimisers, which are no samplers */
  gradients: ((options: SamplerOptions) => number) | null;
  /** its step as a formula, with the numbers of some settings */
  step: (settings: SamplerSettings) => string;
  /** as bold as a Langevin step of size η: about √2ηT long */
  sampler: (parts: SamplerParts) => Sampler;
}

/** √2ηT: how far noise takes a Langevin step of size η. At T = 1 also the time of a leapfrog or kinetic step that goes as far. */
const reachOf = (stepSize: Operand, temperature = 1): Operand =>
  typeof stepSize === "number" ? Math.sqrt(2 * stepSize * temperature) : stepSize.mul(2 * temperature).sqrt();

/** Temperatures of replicas as multiples of the coldest. */
const ladderOf = ({ replicas, hottest }: SamplerOptions): number[] =>
  Array.from({ length: replicas }, (_, rung) => hottest ** (rung / (replicas - 1)));

const noiseOf = ({ noise }: SamplerSettings): string => (noise > 0 ? ` + ${noise} · N(0, I)` : "");
const langevinStep = (settings: SamplerSettings): string => `x ← x − ${settings.stepSize} · ∇E(x)${noiseOf(settings)}`;
const times = (ratio: number): string => String(Number(ratio.toPrecision(3)));

export const samplerKinds = {
  langevin: {
    title: "Langevin",
    brief: () => "x ← x − η∇E + √2η z",
    about: "takes every step, and pays for it with a bias that grows with η",
    options: [],
    descends: true,
    gradients: () => 1,
    step: langevinStep,
    sampler: ({ stepSize, noise }) => langevin({ stepSize, noise }),
  },
  momentum: {
    title: "Momentum",
    brief: ({ momentum }) => `m ← ${momentum} m + ${times(1 - momentum)} ∇E`,
    about: "a minimiser, which goes on in the direction that it had",
    options: ["momentum"],
    descends: true,
    gradients: null,
    step: (settings) =>
      `m ← ${settings.momentum} · m + ${times(1 - settings.momentum)} · ∇E(x), x ← x − ${settings.stepSize} · m${noiseOf(settings)}`,
    sampler: ({ stepSize, momentum, noise }) => descent({ stepSize, momentum, noise }),
  },
  adam: {
    title: "Adam",
    brief: () => "Adam on E(x)",
    about: "a minimiser, in each coordinate as bold as its slopes are steady; it has no noise",
    options: [],
    descends: true,
    gradients: null,
    step: ({ stepSize }) => `a step of Adam on E(x), of rate ${stepSize}`,
    sampler: ({ stepSize }) => adamDescent({ stepSize }),
  },
  mala: {
    title: "MALA",
    brief: () => "Langevin, and a choice",
    about: "exact at every step size: what the step gets wrong is rejected",
    options: [],
    descends: false,
    gradients: () => 1,
    step: (settings) => `${langevinStep(settings)}, accepted or not (Metropolis)`,
    sampler: ({ stepSize, temperature }) => mala({ stepSize, temperature }),
  },
  "mala-published": {
    title: "MALA, as published",
    brief: () => "γ/4 where 1/4γ belongs",
    about: "the correction of GEBM's code: it accepts nearly everything, and is about as biased as Langevin",
    options: [],
    descends: false,
    gradients: () => 1,
    step: (settings) => `${langevinStep(settings)}, accepted or not by GEBM's published correction, which is wrong`,
    sampler: ({ stepSize, temperature }) => mala({ stepSize, temperature, published: true }),
  },
  hmc: {
    title: "HMC",
    brief: ({ leapfrogs }) => `${leapfrogs} leapfrogs, and a choice`,
    about: "exact, and far from where it was after a step; it pays with a gradient for each leapfrog",
    options: ["leapfrogs"],
    descends: false,
    gradients: ({ leapfrogs }) => leapfrogs,
    step: ({ leapfrogs, stepSize }) =>
      `${leapfrogs} leapfrog steps of √(2 · ${stepSize}), accepted or not (Metropolis)`,
    // With one leapfrog step it proposes what Langevin dynamics of this step size does.
    sampler: ({ stepSize, leapfrogs, temperature }) => hmc({ stepSize: reachOf(stepSize), leapfrogs, temperature }),
  },
  "random-walk": {
    title: "Random walk",
    brief: () => "x + √2η z, and a choice",
    about: "exact, and needs no gradient",
    options: [],
    descends: false,
    gradients: () => 0,
    step: ({ noise }) => `x ← x + ${noise} · N(0, I), accepted or not (Metropolis)`,
    sampler: ({ stepSize, temperature }) => randomWalk({ scale: reachOf(stepSize, temperature), temperature }),
  },
  tempering: {
    title: "Parallel tempering",
    brief: (options) => `MALA at T = ${ladderOf(options).map(times).join(", ")}, and swaps`,
    about: "exact; the hot replicas cross barriers and hand over what they find",
    options: ["replicas", "hottest"],
    descends: false,
    gradients: ({ replicas }) => replicas,
    step: (settings) =>
      `${langevinStep(settings)}, accepted or not (Metropolis), beside replicas at ${ladderOf(settings).slice(1).map(times).join(", ")} times the temperature and step size, of which neighbours swap`,
    sampler: ({ stepSize, temperature: coldest, ...options }) =>
      parallelTempering(
        (temperature) => mala({ stepSize: temperature.div(coldest).mul(stepSize), temperature }),
        ladderOf(options).map((ratio) => ratio * coldest),
      ),
  },
  kinetic: {
    title: "Kinetic Langevin",
    brief: ({ friction }) => `BAOAB, friction ${friction}`,
    about: "Langevin with a velocity: a smaller bias, and no choice",
    options: ["friction"],
    descends: false,
    gradients: () => 1,
    step: ({ stepSize, friction }) =>
      `a step of √(2 · ${stepSize}) of Langevin dynamics with velocities, which start at rest (BAOAB, friction ${friction})`,
    sampler: ({ stepSize, friction, temperature }) =>
      kineticLangevin({ stepSize: reachOf(stepSize), friction, temperature }),
  },
  adapted: {
    title: "Adapted MALA",
    brief: ({ target }) => `η seeks an acceptance of ${target}`,
    about: "each chain tunes its own step size while it warms up, beginning at η, and then keeps it",
    options: ["target", "warmUp", "boldest"],
    descends: false,
    gradients: () => 1,
    step: ({ stepSize, target, warmUp, boldest }) =>
      `x ← x − η ∇E(x) + √(2ηT) · N(0, I), accepted or not (Metropolis), where η, first ${stepSize} and at most ${times(boldest * stepSize)}, seeks an acceptance of ${target} for ${warmUp} steps`,
    sampler: ({ stepSize, temperature, target, warmUp, boldest }) =>
      adapted((stepSize) => mala({ stepSize, temperature }), {
        ...{ initial: stepSize, target, warmUp },
        most: typeof stepSize === "number" ? boldest * stepSize : stepSize.mul(boldest),
      }),
  },
  independent: {
    title: "Independent",
    brief: ({ scale }) => `z ~ N(0, ${scale}²), and a choice`,
    about: "exact; proposals that do not look where the chain stands",
    options: ["scale"],
    descends: false,
    gradients: () => 0,
    step: ({ scale }) => `x ← a draw of N(0, ${scale}² I), accepted or not (Metropolis-Hastings)`,
    sampler: ({ scale, temperature }) => independent({ proposal: normalProposal(scale), temperature }),
  },
} as const satisfies Readonly<Record<string, SamplerKind>>;

export type SamplerName = keyof typeof samplerKinds;
export const samplerNames = Object.keys(samplerKinds) as SamplerName[];

/** A kind of sampler by its name. */
export const samplerKind = (name: SamplerName): SamplerKind => samplerKinds[name];

/**
 * A sampler by its name.
 * @throws RangeError for noise 0 where the sampler needs a temperature
 */
export function samplerOf(name: SamplerName, parts: SamplerParts): Sampler {
  const { descends, sampler } = samplerKind(name);
  if (parts.noise === 0 && !descends)
    throw new RangeError(`sampler.kind: "${name}" samples at a temperature; sampler.noise must be above 0, got 0`);
  return sampler(parts);
}
