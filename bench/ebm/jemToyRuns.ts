/** The table of JEM on three Gaussians: which trainings, what the original sampler came to in them, and what has to hold. */

import { recipes } from "../../ebm/index.ts";
import { changed, type Changes } from "../../ebm/recipes/recipe.ts";
import type { JemSettings } from "../../ebm/systems/jem.ts";

/** What a training comes to. */
export const quantities = {
  accuracy: "accuracy on 5 000 others",
  ece: "ECE, 20 bins",
  auroc_density: "AUROC of f(x)",
  auroc_slope: "AUROC of −‖∇f‖",
  coverage: "buffer within 0.75 of a mean",
  energy_gap: "mean E(data) − mean E(samples), at the end",
  diverged: "update that diverged, 0 for none",
  recoveries: "recoveries",
} as const;

export type Quantity = keyof typeof quantities;
export type Outcome = Record<Quantity, number>;

export interface Run {
  name: string;
  settings: JemSettings;
  /** One seed of the published sampler's code; coverage of the data themselves is 0.993. */
  reference: Partial<Outcome>;
  /** Something that has to hold of every seed, in words and as a question. */
  each?: { says: string; holds: (outcome: Outcome) => boolean };
}

const run = (
  name: string,
  changes: Changes<JemSettings>,
  reference: Partial<Outcome>,
  each?: Run["each"],
  recipe = "jem/toy",
): Run => ({
  name,
  settings: changed(recipes[recipe].settings as unknown as JemSettings, changes),
  reference,
  ...(each && { each }),
});

const knows: Run["each"] = {
  says: "AUROC of f(x) > 0.98, buffer coverage > 0.97",
  holds: ({ auroc_density, coverage, diverged }) => auroc_density > 0.98 && coverage > 0.97 && diverged === 0,
};
const ignorant: Run["each"] = { says: "AUROC of f(x) < 0.15", holds: ({ auroc_density }) => auroc_density < 0.15 };
const diverges: Run["each"] = {
  says: "diverges between updates 300 and 2 000",
  holds: ({ diverged }) => diverged >= 300 && diverged <= 2000,
};
const recovers: Run["each"] = {
  says: "recovers, and ends with accuracy > 0.95, AUROC of f(x) > 0.9 and energies of data and samples within 1 of each other",
  holds: ({ accuracy, auroc_density, energy_gap, recoveries }) =>
    recoveries > 0 && accuracy > 0.95 && auroc_density > 0.9 && Math.abs(energy_gap) < 1,
};

const all = { data: { labels: -1 } } as const;
/** The sampler as published, at a temperature near 0. */
const published = { sampler: { stepSize: 1, noise: 0.01 } } as const;
/** Until the loss is beyond what the original code gives up at. */
const unguarded = { updates: 2500, guard: { mode: "off" } } as const;

export const runs: readonly Run[] = [
  run(
    "classifier, 60 labels",
    {},
    { accuracy: 0.95, ece: 0.0381, auroc_density: 0.109, auroc_slope: 0.513 },
    ignorant,
    "jem/toy-supervised",
  ),
  run(
    "classifier, 5000 labels",
    all,
    { accuracy: 0.964, ece: 0.0052, auroc_density: 0.06, auroc_slope: 0.372 },
    ignorant,
    "jem/toy-supervised",
  ),
  run(
    "JEM, 60 labels",
    {},
    { accuracy: 0.961, ece: 0.0228, auroc_density: 0.997, auroc_slope: 0.732, coverage: 0.988 },
    knows,
  ),
  run(
    "JEM, 5000 labels",
    all,
    { accuracy: 0.964, ece: 0.0062, auroc_density: 1, auroc_slope: 0.961, coverage: 0.988 },
    knows,
  ),
  run(
    "JEM, 5000 labels, published sampler",
    { ...all, ...published, optimizer: { lr: 1e-4 } },
    { accuracy: 0.964, ece: 0.0862, auroc_density: 0.993, auroc_slope: 0.891, coverage: 0.999 },
  ),
  run("unstable, guard off", { ...all, ...published, ...unguarded }, { coverage: 0.014, diverged: 933 }, diverges),
  run("unstable, guarded", {}, {}, recovers, "jem/toy-unstable"),
  run(
    "unstable, energies' squares weighted 0.1",
    { ...all, ...published, objective: { energyL2: 0.1 } },
    {
      accuracy: 0.964,
      ece: 0.0095,
      auroc_density: 1,
      auroc_slope: 0.86,
      coverage: 0.006,
      energy_gap: -9.8,
      diverged: 0,
    },
  ),
];

/** What has to hold of the means over the seeds: by the name of a run. */
export const together: readonly { says: string; holds: (means: Readonly<Record<string, Outcome>>) => boolean }[] = [
  {
    says: "with 60 labels the accuracy of JEM is no more than a point below the classifier's",
    holds: (means) => means["JEM, 60 labels"].accuracy > means["classifier, 60 labels"].accuracy - 0.01,
  },
  {
    says: "with 60 labels the ECE of JEM is below the classifier's",
    holds: (means) => means["JEM, 60 labels"].ece < means["classifier, 60 labels"].ece,
  },
];
