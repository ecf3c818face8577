/** Eight Gaussians, learned convergently: the energy becomes the log-density. */

import { variant } from "../recipe.ts";
import { convergent, source } from "./toy.ts";

export const gmmConvergent = {
  name: "anatomy/gmm-convergent",
  summary: "eight Gaussians, learned so that the energy is the true density",
  source,
  system: "shortRun",
  settings: convergent,
};

export const gmmConvergentTiny = variant(
  gmmConvergent,
  "anatomy/gmm-convergent-tiny",
  `${gmmConvergent.summary}; a minute or two`,
  {
    updates: 600,
    sampler: { steps: 50 },
    landscape: { resolution: 100, samples: 2000 },
    log: { observe: 100, checkpoint: 300 },
  },
);
