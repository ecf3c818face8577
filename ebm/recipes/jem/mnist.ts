/** Handwritten digits and pictures of clothes: small classifiers whose replay buffers fill with what they know. */

import { changed, variant } from "../recipe.ts";
import { photographs, source, supervised, tiny } from "./settings.ts";

/**
 * What this project takes for grey images of 28 × 28; JEM itself was not trained on any. With the published weights a net this small
 * draws digits long before it tells them apart, so classes weigh more here.
 */
const settings = changed(photographs, {
  updates: 2400,
  data: { name: "mnist", size: 28, flip: false, crop: 0, valid: 0, together: true },
  net: { kind: "conv", width: 16, activation: "silu" },
  sampler: { steps: 10 },
  // Few enough that a chain is moved on in every thirtieth update.
  start: { size: 2000 },
  objective: { yGivenX: 10 },
  optimizer: { lr: 6e-4, warmUp: 100, milestones: "1100" },
  log: { observe: 200, checkpoint: 200 },
});

export const jemMnist = {
  name: "jem/mnist",
  summary: "handwritten digits: a small classifier that is an energy-based model, with digits in its replay buffer",
  source,
  system: "jem",
  settings,
};

export const jemMnistTiny = variant(jemMnist, "jem/mnist-tiny", `${jemMnist.summary}; smaller, a minute or two`, tiny);

export const jemMnistSupervised = variant(
  jemMnist,
  "jem/mnist-supervised",
  "handwritten digits by the same net as a classifier alone",
  supervised,
);

export const jemMnistSupervisedTiny = variant(
  jemMnistSupervised,
  "jem/mnist-supervised-tiny",
  `${jemMnistSupervised.summary}; smaller, a minute`,
  tiny,
);

export const jemMnistSemi = variant(
  jemMnist,
  "jem/mnist-semi",
  "handwritten digits, of which 10 of each class have one: the others teach what digits look like",
  { data: { labels: 10, together: false } },
);

export const jemMnistSemiTiny = variant(
  jemMnistSemi,
  "jem/mnist-semi-tiny",
  `${jemMnistSemi.summary}; smaller, a minute or two`,
  tiny,
);

export const jemFashion = variant(
  jemMnist,
  "jem/fashion",
  "pictures of clothes: a small classifier that is an energy-based model, with clothes in its replay buffer",
  { data: { name: "fashion-mnist" } },
);

export const jemFashionTiny = variant(
  jemFashion,
  "jem/fashion-tiny",
  `${jemFashion.summary}; smaller, a minute or two`,
  tiny,
);
