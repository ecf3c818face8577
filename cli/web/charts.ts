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
    title: "d_s",
    about: "energy of data less that of samples, scaled",
    zero: true,
    curves: [{ name: "d_s", label: "", colour: "--blue" }],
  },
  {
    title: "r_s",
    about: "mean slope of the energy along the chains",
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
