/** Settings that mean the same in every system. */

import { toys, type ToyOptions } from "../data/toys/index.ts";
import type { Fields, Settings, SettingsOf } from "../settings.ts";

/** How long, how many at a time, and with which random numbers. */
export const runFields = {
  seed: { kind: "integer", about: "seed of every random stream", min: 0 },
  updates: { kind: "integer", about: "parameter updates in all", min: 0 },
  batch: { kind: "integer", about: "data and chains per update", unit: "items", min: 1 },
} as const satisfies Fields;

/** How the engine computes an update; results depend on it. */
export const engineFields = {
  storage: {
    kind: "choice",
    about:
      "how an update keeps activations: f16 takes half the memory and its traffic, on adapters with shader-f16; pictures and evaluations are f32",
    values: ["f32", "f16"],
    before: "f32",
  },
} as const satisfies Fields;

/** The engine as every recipe takes it: f32 runs on all adapters. */
export const engine: SettingsOf<typeof engineFields> = { storage: "f32" };

/** `in toys but moons, 2spirals`: the toys that a measure can be chosen of. */
function choosable(measure: keyof ToyOptions): string {
  const settled = Object.keys(toys).filter((name) => toys[name].settled.includes(measure));
  return settled.length === 0 ? "toys" : `toys but ${settled.join(", ")}`;
}

/** The measures of toy distributions. */
export const toyFields = {
  groups: { kind: "integer", about: `${choosable("groups")}: Gaussians, rings, circles or arms`, min: 1 },
  sd: { kind: "number", about: `${choosable("sd")}: standard deviation of the noise of each`, min: 0 },
  radius: {
    kind: "number",
    about: "toys: how far out Gaussians, circles, arms and curves lie; of rings from one to the next",
    exclusiveMin: 0,
  },
} as const satisfies Fields;

/** What each toy brings along: its measures as published. */
export const toyMeasures: Readonly<Record<string, Settings>> = Object.fromEntries(
  Object.entries(toys).map(([name, { published }]) => [name, { ...published }]),
);

/** How toys are looked at. */
export const landscapeFields = {
  resolution: { kind: "integer", about: "toys: points along each side of the grid", min: 2, max: 2000 },
  samples: { kind: "integer", about: "toys: short-run samples for the density estimate", min: 3 },
  bandwidth: { kind: "number", about: "toys: width of its kernels, in standard deviations", exclusiveMin: 0 },
} as const satisfies Fields;

/** Adam's own. */
export const adamFields = {
  beta1: { kind: "number", about: "Adam: share of the mean slope that is kept", min: 0, max: 0.9999999 },
  beta2: { kind: "number", about: "Adam: share of the mean square that is kept", min: 0, max: 0.9999999 },
  weightDecay: { kind: "number", about: "share of each parameter that is added to its slope", min: 0 },
} as const satisfies Fields;

/** How often a training is looked at and saved. */
export const logFields = {
  observe: { kind: "integer", about: "updates between two looks at the model, 0 for only one at the end", min: 0 },
  checkpoint: { kind: "integer", about: "updates between two checkpoints, 0 for only one at the end", min: 0 },
} as const satisfies Fields;

/** Chains that walk far longer than those of training; `starts` are where they may begin. */
export const longrunFields = <const Kinds extends readonly string[]>(starts: Kinds) =>
  ({
    longrun: { kind: "integer", about: "updates between two long runs, 0 for none", min: 0 },
    longrunSteps: { kind: "integer", about: "steps of a long run", min: 1 },
    longrunStart: { kind: "choice", about: "where long runs start", values: starts },
  }) as const satisfies Fields;
