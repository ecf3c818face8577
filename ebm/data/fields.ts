/** The settings of images, for every system that learns some. */

import type { Fields } from "../settings.ts";

/** Data sets of images that a host can be asked for; `folder` is whatever pictures a person has. */
export const imageNames = [
  "mnist",
  "fashion-mnist",
  "kmnist",
  "notmnist",
  "omniglot",
  "cifar10",
  "cifar100",
  "svhn",
  "flowers102",
  "dtd",
  "folder",
] as const;

/** Which images there are, how large, and how they are changed whenever they are drawn. */
export const imageFields = {
  size: { kind: "integer", about: "rows and columns of images", unit: "pixels", min: 8 },
  count: { kind: "integer", about: "images: how many are learned, the first ones, 0 for all", min: 0 },
  only: { kind: "integer", about: "images: the one class that is learned, of those counted, -1 for all", min: -1 },
  flip: { kind: "boolean", about: "images: mirror every other one, at random, left and right" },
  crop: {
    kind: "integer",
    about: "images: width of a reflected border from which a random piece of their size is cut, 0 for none",
    unit: "pixels",
    min: 0,
  },
} as const satisfies Fields;
