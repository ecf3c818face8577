/** Small photographs, learned with Adam and chains that persist: energies that swing to and fro. */

import { changed } from "../recipe.ts";
import { nonconvergentImages } from "./images.ts";
import { source } from "./toy.ts";

export const cifar10Oscillate = {
  name: "anatomy/cifar10-oscillate",
  summary: "small photographs, learned with Adam and persistent chains: d_s and r_s oscillate strongly",
  source,
  system: "shortRun",
  settings: changed(nonconvergentImages, {
    data: { name: "cifar10" },
    sampler: { steps: 500 },
    // One for each of 50 000 images as published: 614 MB in one buffer, more than most adapters bind.
    start: { kind: "persistent", size: 10_000 },
  }),
};
