/** Pictures of clothes by short-run MCMC. */

import { changed, variant } from "../recipe.ts";
import { shortRunImages, source, tiny } from "./settings.ts";

export const shortrunFashion = {
  name: "shortrun/fashion",
  summary: "pictures of clothes, as where 100 Langevin steps lead from uniform noise",
  source,
  system: "shortRun",
  settings: changed(shortRunImages, { data: { name: "fashion-mnist", size: 28 } }),
};

export const shortrunFashionTiny = variant(
  shortrunFashion,
  "shortrun/fashion-tiny",
  "pictures of clothes, as where 20 Langevin steps lead from uniform noise; small, a minute or two",
  tiny,
);
