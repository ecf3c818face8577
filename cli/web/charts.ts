/** The curves of a training: its numbers by update. */

import type { Chart } from "./curves.ts";

export const charts: readonly Chart[] = [
  {
    title: "KL from the truth",
    about: "nats, on a logarithmic scale",
    logarithmic: true,
    curves: [
      { name: "kl_true_model", label: "model", colour: "--violet" },
      { name: "kl_true_shortrun", label: "short-run chains", colour: "--orange" },
      { name: "kl_true_longrun", label: "long-run chains", colour: "--green" },
    ],
  },
  {
    title: "Loss",
    about: "what is minimised",
    zero: true,
    curves: [{ name: "loss", label: "", colour: "--violet" }],
  },
  {
    title: "Accuracy",
    about: "share of items held out that are classified right",
    optional: true,
    curves: [{ name: "accuracy", label: "", colour: "--blue" }],
  },
  {
    title: "d_s",
    about: "energy of data less that of samples, scaled",
    zero: true,
    curves: [{ name: "d_s", label: "", colour: "--blue" }],
  },
  {
    title: "r_s",
    about: "mean slope of the energy along the chains",
    optional: true,
    curves: [{ name: "r_s", label: "", colour: "--green" }],
  },
  {
    title: "Energies",
    about: "mean of a batch",
    curves: [
      { name: "energy_data", label: "data", colour: "--blue" },
      { name: "energy_samples", label: "samples", colour: "--orange" },
    ],
  },
];

/** The curves of samplers that choose, and of chains that are walked for all to see. */
export const chainCharts: readonly Chart[] = [
  {
    title: "Acceptance",
    about: "probability with which steps are taken",
    optional: true,
    curves: [
      { name: "acceptance", label: "in updates", colour: "--blue" },
      { name: "acceptance_shown", label: "as shown", colour: "--orange" },
    ],
  },
  {
    title: "Swaps",
    about: "share of steps in which a chain changes places with a hotter one",
    optional: true,
    curves: [{ name: "swapped", label: "", colour: "--green" }],
  },
  {
    title: "Step size",
    about: "that chains have adapted to, mean",
    optional: true,
    curves: [{ name: "step_size", label: "", colour: "--green" }],
  },
  {
    title: "Effective draws",
    about: "of a thousand steps of a chain, so many are worth an independent draw",
    optional: true,
    curves: [{ name: "ess", label: "", colour: "--violet" }],
  },
];
