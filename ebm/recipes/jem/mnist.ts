/** Handwritten digits: a classifier whose replay buffer fills with digits. */

import { variant } from "../recipe.ts";
import { small, source, supervised } from "./settings.ts";

export const jemMnist = {
  name: "jem/mnist",
  summary: "handwritten digits: a small classifier that is an energy-based model, with digits in its replay buffer",
  source,
  system: "jem",
  settings: small,
};
