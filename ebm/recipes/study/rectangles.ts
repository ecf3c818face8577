/** Bright rectangles, on which it takes minutes to see which chains and rates are stable. */

import { changed, variant } from "../recipe.ts";
import { shortRunImages } from "../shortrun/settings.ts";
import { source } from "./fashion.ts";

export const studyRectangles = {
  name: "study/rectangles",
  summary: "bright rectangles, for sweeps over steps, learning rates, noise and spectral norm",
  source,
  system: "shortRun",
  settings: changed(shortRunImages, {
    seed: 123,
    updates: 250,
    batch: 16,
    data: { name: "rectangles" },
    net: { width: 16 },
    sampler: { steps: 20 },
    // A fifth of such a short training.
    guard: { settle: 50 },
    log: { observe: 50, checkpoint: 50, slopes: true },
  }),
};

export const studyRectanglesTiny = variant(
  studyRectangles,
  "study/rectangles-tiny",
  `${studyRectangles.summary}; small, a minute or two`,
  { updates: 150, net: { width: 8 } },
);
