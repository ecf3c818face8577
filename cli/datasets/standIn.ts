/** Images of nothing in the shapes of the data sets, for whoever explains a training and has no data at hand. */

import type { Context } from "../../ebm/training.ts";
import { Failure } from "../failure.ts";

const small = { count: 60_000, channels: 1, height: 28, width: 28, classes: 10 };
const coloured = { count: 50_000, channels: 3, height: 32, width: 32, classes: 10 };
/** Pictures that come in the size that is asked for; of a folder nobody knows how many there are. */
const anySize = { count: 8189, channels: 3, classes: 102 };

/** Of the training part of each set. */
const shapes: Readonly<Record<string, typeof small | typeof anySize>> = {
  mnist: small,
  "fashion-mnist": small,
  kmnist: small,
  notmnist: small,
  omniglot: { ...small, classes: 136 },
  cifar10: coloured,
  cifar100: { ...coloured, classes: 100 },
  svhn: { ...coloured, count: 73_257 },
  flowers102: anySize,
  dtd: { ...anySize, count: 5640, classes: 47 },
  folder: anySize,
};

/** A context whose images are all black, as many and as large as the real ones, and of as many classes. */
export const standIn: Context = {
  data(name, _part, size) {
    if (!Object.hasOwn(shapes, name))
      return Promise.reject(new Failure("usage", `explain: no shape is known of the data set "${name}"`));
    const { classes, ...shape } = { height: size, width: size, ...shapes[name] };
    const { count, channels, height, width } = shape;
    const images = new Uint8Array(count * channels * height * width);
    const labels = Uint8Array.from({ length: count }, (_, item) => item % classes);
    return Promise.resolve({ name, ...shape, images, labels });
  },
};
