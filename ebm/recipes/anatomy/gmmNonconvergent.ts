/** Eight Gaussians, learned non-convergently: short chains look right, the density is not. */

import { variant } from "../recipe.ts";
import { nonconvergent, source } from "./toy.ts";

export const gmmNonconvergent = {
  name: "anatomy/gmm-nonconvergent",
  summary: "eight Gaussians, learned so that only short chains from noise look right",
  source,
  system: "shortRun",
  settings: nonconvergent,
};

export const gmmNonconvergentTiny = variant(
  gmmNonconvergent,
  "anatomy/gmm-nonconvergent-tiny",
  `${gmmNonconvergent.summary}; a minute or two`,
  {
    updates: 300,
    landscape: { resolution: 100, samples: 2000 },
    log: { observe: 100, checkpoint: 150 },
  },
);
