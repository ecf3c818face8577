/** Four rings, learned convergently. */

import { changed, variant } from "../recipe.ts";
import { convergent, rings, source } from "./toy.ts";

export const ringsConvergent = {
  name: "anatomy/rings-convergent",
  summary: "four rings, learned so that the energy is the true density",
  source,
  system: "shortRun",
  settings: changed(convergent, { data: rings, landscape: { bandwidth: 0.075 } }),
};

export const ringsConvergentTiny = variant(
  ringsConvergent,
  "anatomy/rings-convergent-tiny",
  `${ringsConvergent.summary}; a minute or two`,
  {
    updates: 600,
    sampler: { steps: 50 },
    landscape: { resolution: 100, samples: 2000 },
    log: { observe: 100, checkpoint: 300 },
  },
);
