/** Handwritten digits by short-run MCMC: always 100 steps from noise. */

import { changed, variant } from "../recipe.ts";
import { shortRunImages, source, tiny } from "./settings.ts";

export const shortrunMnist = {
  name: "shortrun/mnist",
  summary: "handwritten digits, as where 100 Langevin steps lead from uniform noise",
  source,
  system: "shortRun",
  settings: changed(shortRunImages, { data: { name: "mnist", size: 28 } }),
};

export const shortrunMnistTiny = variant(
  shortrunMnist,
  "shortrun/mnist-tiny",
  "handwritten digits, as where 20 Langevin steps lead from uniform noise; small, a minute or two",
  tiny,
);
