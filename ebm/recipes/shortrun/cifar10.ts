/** Small photographs by short-run MCMC, with the numbers of the published script. */

import { changed, variant } from "../recipe.ts";
import { shortRunImages, source, tiny } from "./settings.ts";

export const shortrunCifar10 = {
  name: "shortrun/cifar10",
  summary: "small photographs, as where 100 Langevin steps lead from uniform noise",
  source,
  system: "shortRun",
  settings: changed(shortRunImages, { data: { name: "cifar10", size: 32 } }),
};

export const shortrunCifar10Tiny = variant(
  shortrunCifar10,
  "shortrun/cifar10-tiny",
  "small photographs, as where 20 Langevin steps lead from uniform noise; small, a minute or two",
  tiny,
);
