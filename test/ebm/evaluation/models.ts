/** Models whose answers are known: linear classifiers of points and of small images, and pure energies. */

import { tensor, type Shape } from "../../../engine/index.ts";
import type { Evaluated } from "../../../ebm/evaluation/evaluated.ts";
import type { EvaluationHost } from "../../../ebm/evaluation/evaluation.ts";
import { labelledImages, labelledPoints, type Labelled } from "../../../ebm/data/labelled.ts";
import { langevin } from "../../../ebm/samplers/index.ts";
import { uniformStart } from "../../../ebm/starts/index.ts";
import type { ImageData } from "../../../ebm/training.ts";

/** What all of them have: Langevin dynamics of 2 steps, and no memory. */
const common = {
  temperature: 1,
  sampler: langevin({ stepSize: 0.1, noise: 0.01 }),
  steps: 2,
  start: uniformStart(),
  memory: null,
  noise: 0,
};

/** logits = x W, W `[size, classes]`; E = −logsumexp of them, plus `pull`/2 ‖x‖². */
export function linear(
  weights: number[][],
  item: Shape,
  items: Labelled,
  { pull = 0, noise = 0 }: { pull?: number; noise?: number } = {},
): Evaluated {
  const logits: NonNullable<Evaluated["classifier"]>["logits"] = (learned, x) =>
    x.flatten(1).matmul((learned as { w: ReturnType<typeof tensor> }).w);
  return {
    ...common,
    ...{ item, noise, learned: { w: tensor(weights) } },
    energy: (learned, x) =>
      logits(learned, x)
        .logSumExp(1)
        .neg()
        .add(
          x
            .square()
            .flatten(1)
            .sum(1)
            .mul(pull / 2),
        ),
    classifier: { classes: weights[0].length, logits, features: (_, x) => x.flatten(1) },
    open: () => Promise.resolve(items),
  };
}

/** E = ‖x − centre‖² / 2 and no classes. */
export function bowl(centre: number, item: Shape, items: Labelled): Evaluated {
  return {
    ...common,
    ...{ item, classifier: null, learned: { centre: tensor([centre]) } },
    energy: (learned, x) =>
      x
        .sub((learned as { centre: ReturnType<typeof tensor> }).centre)
        .square()
        .flatten(1)
        .sum(1)
        .div(2),
    open: () => Promise.resolve(items),
  };
}

/** Points with their classes. */
export const pointsOf = (points: readonly (readonly [number, number])[], labels: readonly number[]): Labelled =>
  labelledPoints({
    name: "points",
    points: Float32Array.from(points.flat()),
    count: points.length,
    labels: Uint8Array.from(labels),
  });

/** Points on a line, of which the last is of the wrong side; logits are ±x. */
export const line = (): Evaluated =>
  linear(
    [
      [1, -1],
      [0, 0],
    ],
    [2],
    pointsOf(
      [
        [1, 0],
        [2, 0],
        [-1, 0],
        [-3, 1],
        [-0.5, 0],
      ],
      [0, 0, 1, 1, 0],
    ),
  );

/** Grey images of 4 × 4: those of class 0 bright above, those of class 1 bright below. */
export const halves = (count: number, name = "halves"): ImageData => ({
  ...{ name, count, channels: 1, height: 4, width: 4 },
  labels: Uint8Array.from({ length: count }, (_, i) => i % 2),
  images: Uint8Array.from({ length: count * 16 }, (_, p) => {
    const [image, place] = [Math.floor(p / 16), p % 16];
    return place < 8 === (image % 2 === 0) ? 255 - ((7 * image + place) % 40) : (5 * image + place) % 40;
  }),
});

export const images = (count = 12): Labelled => labelledImages(halves(count), 4);

/** Right about `halves`: bright above is class 0. */
export const halvesModel = (options: { pull?: number; noise?: number } = {}, count = 12): Evaluated =>
  linear(
    Array.from({ length: 16 }, (_, place) => (place < 8 ? [0.5, -0.5] : [-0.5, 0.5])),
    [1, 4, 4],
    images(count),
    options,
  );

/** A host whose data sets are black images, but for `svhn`, which it has not, and `cifar10`, which is coloured. */
export const host = (told: string[] = []): EvaluationHost => {
  const data: EvaluationHost["data"] = (name) =>
    name === "notmnist"
      ? Promise.reject(new Error(`${name} is not here`))
      : Promise.resolve({
          ...{ name, count: 10, channels: name === "cifar10" ? 3 : 1, height: 4, width: 4, labels: null },
          images: new Uint8Array(10 * 16 * (name === "cifar10" ? 3 : 1)),
        });
  return {
    data,
    look: (...set) => data(...set).catch(() => null),
    eigen: () => {
      throw new TypeError("eigen: this host has none");
    },
    weights: () => Promise.resolve(null),
    tell: (line) => void told.push(line),
  };
};
