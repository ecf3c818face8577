/** Four rings, learned non-convergently. */

import { changed, variant } from "../recipe.ts";
import { nonconvergent, rings, source } from "./toy.ts";

export const ringsNonconvergent = {
  name: "anatomy/rings-nonconvergent",
  summary: "four rings, learned so that only short chains from noise look right",
  source,
  system: "shortRun",
  settings: changed(nonconvergent, { data: rings, start: { scale: 2 }, landscape: { bandwidth: 0.075 } }),
};

export const ringsNonconvergentTiny = variant(
  ringsNonconvergent,
  "anatomy/rings-nonconvergent-tiny",
  `${ringsNonconvergent.summary}; a minute or two`,
  {
    updates: 300,
    landscape: { resolution: 100, samples: 2000 },
    log: { observe: 100, checkpoint: 150 },
  },
);
