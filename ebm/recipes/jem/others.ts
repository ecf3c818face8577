/** Photographs of a hundred kinds of things, and of house numbers, as JEM learns them. */

import { variant } from "../recipe.ts";
import { jemCifar10 } from "./cifar10.ts";
import { supervised } from "./settings.ts";

export const jemCifar100 = variant(
  jemCifar10,
  "jem/cifar100",
  "small photographs of 100 kinds of things by a Wide-ResNet 28-10 that classifies and generates",
  { data: { name: "cifar100" } },
);

export const jemCifar100Supervised = variant(
  jemCifar100,
  "jem/cifar100-supervised",
  "small photographs of 100 kinds of things by the same net as a classifier alone: sure of itself far too often",
  supervised,
);

/** Updates in an epoch of 68 257 images in batches of 64. */
const EPOCH = 1067;

export const jemSvhn = variant(
  jemCifar10,
  "jem/svhn",
  "photographs of house numbers by a Wide-ResNet 28-10 that classifies and generates",
  {
    updates: 200 * EPOCH,
    // A mirrored number is none.
    data: { name: "svhn", flip: false },
    optimizer: { milestones: `${160 * EPOCH},${180 * EPOCH}` },
  },
);

export const jemSvhnSupervised = variant(
  jemSvhn,
  "jem/svhn-supervised",
  "photographs of house numbers by the same net as a classifier alone",
  supervised,
);
