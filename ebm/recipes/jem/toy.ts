/** Three Gaussians in the plane as three classes, where all that JEM promises is seen within a minute. */

import { changed, variant } from "../recipe.ts";
import { photographs, source, supervised } from "./settings.ts";

/** Steps of true Langevin dynamics: 0.005 = 0.1² / 2. */
const settings = changed(photographs, {
  updates: 1500,
  data: { name: "gmm", noise: 0.03, count: 5000, labels: 20, valid: 0, flip: false, crop: 0 },
  net: { kind: "mlp", width: 100 },
  sampler: { stepSize: 0.005, noise: 0.1 },
  optimizer: { lr: 1e-3, warmUp: 0, milestones: "" },
  log: { observe: 500, checkpoint: 500, heldOut: 5000 },
});

export const jemToy = {
  name: "jem/toy",
  summary: "three Gaussians, 20 points of each with a class and 5 000 without: a classifier that knows where data are",
  source,
  system: "jem",
  settings,
};

export const jemToyTiny = variant(jemToy, "jem/toy-tiny", `${jemToy.summary}; small, a minute`, {
  updates: 500,
  log: { observe: 100, checkpoint: 100, heldOut: 1000 },
});

export const jemToySupervised = variant(
  jemToy,
  "jem/toy-supervised",
  "the same net and the same 60 points as a classifier alone: surest of itself where there are no data",
  supervised,
);

export const jemToySupervisedTiny = variant(
  jemToySupervised,
  "jem/toy-supervised-tiny",
  `${jemToySupervised.summary}; small, a minute`,
  { updates: 500, log: { observe: 100, checkpoint: 100, heldOut: 1000 } },
);

export const jemToyUnstable = variant(
  jemToy,
  "jem/toy-unstable",
  "the published step size with ten times the learning rate: diverges within 2 000 updates, and is brought back",
  {
    updates: 1500,
    sampler: { stepSize: 1, noise: 0.01 },
    data: { labels: -1 },
    // Energies are of the order of 1 while all is well; at 10⁸ nothing would have been learned for hundreds of updates.
    guard: { limit: 5, settle: 50 },
  },
);

export const jemToyUnstableTiny = variant(
  jemToyUnstable,
  "jem/toy-unstable-tiny",
  `${jemToyUnstable.summary}; small, a minute or two`,
  { updates: 1000, log: { observe: 200, checkpoint: 200, heldOut: 1000 } },
);
