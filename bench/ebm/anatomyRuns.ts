/** The two-dimensional experiments of ebm-anatomy, shortened: their settings, what others' code came to, and what has to hold. */

import { recipes } from "../../ebm/index.ts";
import { changed } from "../../ebm/recipes/recipe.ts";
import type { ShortRunSettings } from "../../ebm/systems/shortRun.ts";

/** What a run comes to; KLs and entropies in nats, energies over the temperature. */
export const quantities = {
  kl_model_early: "KL(true‖model) at the first look",
  kl_model: "KL(true‖model)",
  kl_shortrun: "KL(true‖density of short-run samples)",
  shortrun_within: "share of short-run samples within 3 sd of a mode",
  shortrun_least: "least share of short-run samples on a mode",
  shortrun_most: "largest share of short-run samples on a mode",
  model_least: "least mass of the model's density on a mode",
  model_most: "largest mass of the model's density on a mode",
  entropy_true: "entropy of the true density on the grid",
  entropy_model: "entropy of the model's density on the grid",
  energy_range: "range of E / T over the grid",
  d_s_mean: "mean of d_s, last fifth of the updates",
  d_s_sd: "standard deviation of d_s, last fifth",
  d_s_positive: "share of updates with d_s > 0, last fifth",
  d_s_autocorrelation: "autocorrelation of d_s at lag 1, last fifth",
  r_s_first: "mean of r_s, first ten updates",
  r_s_last: "mean of r_s, last fifth",
  longrun_energy: "energy of chains after 5 000 steps from data, less that of data",
  longrun_within: "share of these chains within 3 sd of a mode",
} as const;

export type Quantity = keyof typeof quantities;
export type Outcome = Record<Quantity, number>;

/** Something that has to hold of an outcome, in words and as a question. */
export interface Guard {
  says: string;
  holds: (outcome: Outcome) => boolean;
}

export interface Run {
  recipe: string;
  settings: ShortRunSettings;
  /** Updates after which the model is looked at first. */
  early: number;
  /** What others' code came to with one seed and 2 000 short-run samples, where that is known. */
  reference: Partial<Outcome>;
  guards: readonly Guard[];
}

const settled: Guard = {
  says: "d_s oscillates weakly: |autocorrelation at lag 1| < 0.25",
  holds: ({ d_s_autocorrelation }) => Math.abs(d_s_autocorrelation) < 0.25,
};

const learnsDensity: Guard = { says: "KL(true‖model) < 0.2", holds: ({ kl_model }) => kl_model < 0.2 };
const converges: Guard = {
  says: "KL(true‖model) decreases",
  holds: ({ kl_model, kl_model_early }) => kl_model < kl_model_early,
};
const strengthens: Guard = {
  says: "r_s rises from below 0.03 to between 0.04 and 0.12",
  holds: ({ r_s_first, r_s_last }) => r_s_first < 0.03 && r_s_last > 0.04 && r_s_last < 0.12,
};
const stays: Guard = {
  says: "long runs stay with the data: energies within 1 of each other",
  holds: ({ longrun_energy }) => Math.abs(longrun_energy) < 1,
};

const contrast: Guard = {
  says: "KL(true‖model) > 10 while KL(true‖short-run) < 0.2",
  holds: ({ kl_model, kl_shortrun }) => kl_model > 10 && kl_shortrun < 0.2,
};
const weak: Guard = { says: "r_s stays below 0.01", holds: ({ r_s_last }) => r_s_last < 0.01 };
const leaves: Guard = {
  says: "long runs leave the data: their energy is lower by more than 1",
  holds: ({ longrun_energy }) => longrun_energy < -1,
};

/** A recipe with so many updates, 100 steps each, looked at with 2 000 samples, and long runs of 5 000 steps at the end. */
const shortened = (recipe: string, updates: number): Pick<Run, "recipe" | "settings"> => ({
  recipe,
  settings: changed(recipes[recipe].settings as unknown as ShortRunSettings, {
    updates,
    sampler: { steps: 100 },
    landscape: { resolution: 100, samples: 2000 },
    log: { longrun: updates, longrunSteps: 5000, longrunStart: "data" },
  }),
});

/**
 * The original code ran the mixtures, a plain loop in PyTorch the rings, each with one seed. The guards of the mixtures were set after
 * those runs, those of long runs and of the rings after ours.
 */
export const runs: readonly Run[] = [
  {
    ...shortened("anatomy/gmm-convergent", 1000),
    early: 200,
    reference: {
      ...{ kl_model_early: 0.415, kl_model: 0.126, kl_shortrun: 0.172, shortrun_within: 0.969, energy_range: 19.7 },
      ...{ shortrun_least: 0.08, shortrun_most: 0.18, model_least: 0.08, model_most: 0.17 },
      ...{ entropy_true: 7.957, entropy_model: 8.016, d_s_mean: -0.14, d_s_sd: 0.17, d_s_autocorrelation: 0.02 },
      ...{ r_s_first: 0.021, r_s_last: 0.067 },
    },
    guards: [learnsDensity, converges, settled, strengthens, stays],
  },
  {
    ...shortened("anatomy/gmm-nonconvergent", 1500),
    early: 300,
    reference: {
      ...{ kl_model_early: 40.7, kl_model: 12.1, kl_shortrun: 0.109, shortrun_within: 0.985, energy_range: 463 },
      ...{ shortrun_least: 0.116, shortrun_most: 0.135, model_least: 0, model_most: 0.614 },
      ...{ entropy_true: 7.957, entropy_model: 4.634, d_s_mean: 1.4, d_s_sd: 3.0, d_s_positive: 0.69 },
      ...{ d_s_autocorrelation: 0.13, r_s_last: 0.0051 },
    },
    guards: [contrast, settled, weak, leaves],
  },
  {
    ...shortened("anatomy/rings-convergent", 1000),
    early: 200,
    reference: {
      ...{ kl_model_early: 0.639, kl_model: 0.496, kl_shortrun: 0.585, shortrun_within: 0.871, energy_range: 10.2 },
      ...{ shortrun_least: 0.218, shortrun_most: 0.284, model_least: 0.223, model_most: 0.269 },
      ...{ entropy_true: 8.286, entropy_model: 8.799, d_s_mean: -0.048, d_s_sd: 0.13, d_s_positive: 0.325 },
      ...{ d_s_autocorrelation: -0.058, r_s_first: 0.0128, r_s_last: 0.0079 },
    },
    guards: [converges, settled, stays],
  },
  {
    ...shortened("anatomy/rings-nonconvergent", 1500),
    early: 300,
    reference: {
      ...{ kl_model_early: 110, kl_model: 128, kl_shortrun: 0.385, shortrun_within: 0.928, energy_range: 797 },
      ...{ shortrun_least: 0.239, shortrun_most: 0.258, model_least: 0, model_most: 1 },
      ...{ entropy_true: 8.286, entropy_model: 1.288, d_s_mean: 1.87, d_s_sd: 7.9, d_s_positive: 0.597 },
      ...{ d_s_autocorrelation: 0.099, r_s_first: 0.0134, r_s_last: 0.0029 },
    },
    guards: [settled, weak, leaves],
  },
];
