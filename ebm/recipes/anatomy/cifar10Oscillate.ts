/** Small photographs, learned with Adam and chains that persist: energies that swing to and fro. */

import { changed, variant } from "../recipe.ts";
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

export const cifar10OscillateTiny = variant(
  cifar10Oscillate,
  "anatomy/cifar10-oscillate-tiny",
  `${cifar10Oscillate.summary}; small, a minute or two`,
  {
    updates: 200,
    batch: 16,
    net: { kind: "strided", width: 8 },
    sampler: { steps: 30 },
    start: { size: 64 },
    optimizer: { lr: 1e-3 },
    log: { observe: 50, checkpoint: 100, longrun: 0 },
  },
);
