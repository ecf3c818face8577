/** Settings that mean the same in every system. */

import type { Fields } from "../settings.ts";

/** How long, how many at a time, and with which random numbers. */
export const runFields = {
  seed: { kind: "integer", about: "seed of every random stream", min: 0 },
  updates: { kind: "integer", about: "parameter updates in all", min: 0 },
  batch: { kind: "integer", about: "data and chains per update", unit: "items", min: 1 },
} as const satisfies Fields;

/** The measures of toy distributions. */
export const toyFields = {
  groups: { kind: "integer", about: "toys: Gaussians or rings", min: 1 },
  sd: { kind: "number", about: "toys: standard deviation of each", exclusiveMin: 0 },
  radius: {
    kind: "number",
    about: "toys: radius of the circle of Gaussians, distance between rings",
    exclusiveMin: 0,
  },
} as const satisfies Fields;

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
