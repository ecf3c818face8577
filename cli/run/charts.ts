/** Which numbers of a run are charts, in its report as on the pages of the app. */

/** A number by step: its column, its name beside other curves, and its colour, a variable of the page's style. */
export interface Curve {
  key: string;
  label: string;
  colour: `--${string}`;
}

export interface Chart {
  title: string;
  about: string;
  curves: readonly Curve[];
  /** a line at zero */
  zero?: boolean;
}

/** Those that are shown everywhere. */
export const charts = {
  divergence: {
    title: "KL from the truth",
    about: "nats",
    curves: [
      { key: "kl_true_model", label: "model", colour: "--violet" },
      { key: "kl_true_shortrun", label: "short-run chains", colour: "--orange" },
      { key: "kl_true_longrun", label: "long-run chains", colour: "--green" },
    ],
  },
  ds: {
    title: "d_s",
    about: "energy of data less that of samples",
    zero: true,
    curves: [{ key: "d_s", label: "d_s", colour: "--blue" }],
  },
  rs: {
    title: "r_s",
    about: "mean slope of the energy along the chains",
    curves: [{ key: "r_s", label: "r_s", colour: "--green" }],
  },
  energies: {
    title: "Energies",
    about: "mean of a batch",
    curves: [
      { key: "energy_data", label: "data", colour: "--blue" },
      { key: "energy_samples", label: "samples", colour: "--orange" },
    ],
  },
  acceptance: {
    title: "Acceptance",
    about: "probability with which steps are taken",
    curves: [{ key: "acceptance", label: "in updates", colour: "--blue" }],
  },
  swaps: {
    title: "Swaps",
    about: "share of steps in which a chain changes places with a hotter one",
    curves: [{ key: "swapped", label: "swaps", colour: "--green" }],
  },
  stepSize: {
    title: "Step size",
    about: "that chains have adapted to, mean",
    curves: [{ key: "step_size", label: "step size", colour: "--green" }],
  },
} as const satisfies Readonly<Record<string, Chart>>;
