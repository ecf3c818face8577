/** Small photographs of ten kinds of things, as JEM and its reproduction learn them. */

import { changed, variant } from "../recipe.ts";
import { photographs, reproduction, source, supervised, tiny } from "./settings.ts";

export const jemCifar10 = {
  name: "jem/cifar10",
  summary: "small photographs by a Wide-ResNet 28-10 that classifies and generates, as published",
  source,
  system: "jem",
  settings: photographs,
};

export const jemCifar10Tiny = variant(
  jemCifar10,
  "jem/cifar10-tiny",
  "small photographs by a small net that classifies and generates; a minute or two",
  tiny,
);

export const jemCifar10Supervised = variant(
  jemCifar10,
  "jem/cifar10-supervised",
  "small photographs by the same Wide-ResNet 28-10 as a classifier alone",
  supervised,
);

export const jemCifar10Joint = variant(
  jemCifar10,
  "jem/cifar10-joint",
  "small photographs by the density p(x, y) alone, with chains of each class: it generates well and classifies badly",
  { objective: { x: 0, yGivenX: 0, xy: 1 } },
);

export const jemCifar10Uncond = variant(
  jemCifar10,
  "jem/cifar10-uncond",
  "small photographs with an output of its own for the density, beside the logits",
  { objective: { head: "own" } },
);

export const jemCifar10Semi = variant(
  jemCifar10,
  "jem/cifar10-semi",
  "small photographs, of which 400 of each class have one",
  { data: { labels: 400 } },
);

/** Updates in an epoch of all 50 000 images in batches of 64. */
const EPOCH = 782;

export const jemCifar10Small = {
  name: "jem/cifar10-small",
  summary: "small photographs by a Wide-ResNet 28-2 with ReLU, as in the reproduction",
  source: reproduction,
  system: "jem",
  settings: changed(photographs, {
    updates: 150 * EPOCH,
    data: { valid: 0, together: true },
    net: { width: 2, leak: 0, last: false },
    optimizer: { warmUp: 0, milestones: `${50 * EPOCH},${100 * EPOCH}` },
  }),
};

export const jemCifar10SmallSupervised = variant(
  jemCifar10Small,
  "jem/cifar10-small-supervised",
  "small photographs by the same Wide-ResNet 28-2 as a classifier alone",
  supervised,
);

export const jemCifar10Resnet = variant(
  jemCifar10SmallSupervised,
  "jem/cifar10-resnet",
  "small photographs by the residual net without normalisation that the reproduction compares with, a classifier alone",
  { net: { kind: "resnet" } },
);
