/** Images of nothing in the shapes of the data sets, for whoever explains a training and has no data at hand. */

import type { Context } from "../../ebm/training.ts";
import { Failure } from "../failure.ts";

const small = { count: 60_000, channels: 1, height: 28, width: 28 };
const coloured = { count: 50_000, channels: 3, height: 32, width: 32 };

/** Of the training part of each set. */
const shapes: Readonly<Record<string, typeof small>> = {
  mnist: small,
  "fashion-mnist": small,
  kmnist: small,
  notmnist: small,
  omniglot: small,
  cifar10: coloured,
  cifar100: coloured,
};

/** A context whose images are all black, as many and as large as the real ones. */
export const standIn: Context = {
  data(name) {
    if (!Object.hasOwn(shapes, name))
      return Promise.reject(new Failure("usage", `explain: no shape is known of the data set "${name}"`));
    const { count, channels, height, width } = shapes[name];
    const images = new Uint8Array(count * channels * height * width);
    return Promise.resolve({ name, ...shapes[name], images, labels: new Uint8Array(count) });
  },
};
