/** The curves of a training: its numbers by update. */

import { charts as shared } from "../run/charts.ts";
import type { Chart } from "./curves.ts";

const { divergence, ds, rs, energies, acceptance, swaps, stepSize } = shared;

export const charts: readonly Chart[] = [
  { ...divergence, about: "nats, on a logarithmic scale", logarithmic: true },
  {
    title: "Loss",
    about: "what is minimised",
    zero: true,
    curves: [{ key: "loss", label: "loss", colour: "--violet" }],
  },
  {
    title: "Accuracy",
    about: "share of items held out that are classified right",
    optional: true,
    curves: [{ key: "accuracy", label: "accuracy", colour: "--blue" }],
  },
  ds,
  { ...rs, optional: true },
  energies,
];

/** The curves of samplers that choose, and of chains that are walked for all to see. */
export const chainCharts: readonly Chart[] = [
  {
    ...acceptance,
    optional: true,
    curves: [...acceptance.curves, { key: "acceptance_shown", label: "as shown", colour: "--orange" }],
  },
  { ...swaps, optional: true },
  { ...stepSize, optional: true },
  {
    title: "Effective draws",
    about: "of a thousand steps of a chain, so many are worth an independent draw",
    optional: true,
    curves: [{ key: "ess", label: "draws", colour: "--violet" }],
  },
];
