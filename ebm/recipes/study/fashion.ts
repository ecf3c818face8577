/** Pictures of clothes with the defaults of the thesis that studies short-run learning: chains without noise. */

import type { ShortRunSettings } from "../../systems/shortRun.ts";
import { changed, variant } from "../recipe.ts";
import { shortRunImages } from "../shortrun/settings.ts";

export const source =
  "chperkins/Energy_Models: the code of a thesis on recipes for EBMs of images, University of Chicago, 2021";

/** 100 steps of ascent without noise, from uniform noise; the first 40 000 images. Long runs are fresh short ones there. */
const settings: ShortRunSettings = changed(shortRunImages, {
  seed: 123,
  updates: 10_000,
  batch: 100,
  data: { name: "fashion-mnist", count: 40_000 },
  sampler: { noise: 0 },
  log: { observe: 200, checkpoint: 1000, slopes: true, longrun: 1000, longrunSteps: 100, longrunStart: "uniform" },
});

export const studyFashion = {
  name: "study/fashion",
  summary: "pictures of clothes, as where 100 steps down the energy lead from uniform noise, without noise on the way",
  source,
  system: "shortRun",
  settings,
};

export const studyFashionTiny = variant(
  studyFashion,
  "study/fashion-tiny",
  "pictures of clothes, as where 20 steps down the energy lead from uniform noise; small, a minute or two",
  {
    updates: 150,
    batch: 16,
    net: { kind: "strided", width: 16 },
    sampler: { steps: 20 },
    optimizer: { lr: 6e-4, lrMin: 1e-4, lrDecay: 0.997 },
    log: { observe: 50, checkpoint: 50, longrun: 0 },
  },
);
