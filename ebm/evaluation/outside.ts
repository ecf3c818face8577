/** What a model was not made for: other data sets, mixtures of its own data, and noise. */

import {
  concat,
  dispose,
  foldIn,
  key as keyOf,
  scope,
  toArray,
  uniform,
  type Key,
  type Shape,
  type Tensor,
} from "../../engine/index.ts";
import { labelledImages, labelledPoints, type Labelled } from "../data/labelled.ts";
import type { ImageData } from "../training.ts";
import type { EvaluationHost } from "./evaluation.ts";

const made = ["interpolated", "uniform", "constant"] as const;
const grey = ["mnist", "fashion-mnist", "kmnist", "notmnist", "omniglot"] as const;
const coloured = ["cifar10", "cifar100", "svhn", "dtd", "flowers102"] as const;

/** Every set to hold data against; `usual` stands for those that a model of such images is commonly held against. */
export const outsideNames = ["usual", ...grey, ...coloured, ...made] as const;

/** Those by how many channels the images of a model have. */
const usual: Readonly<Record<number, readonly string[]>> = {
  1: [...grey, ...made],
  3: ["svhn", "cifar100", "cifar10", "dtd", ...made],
};

/**
 * The sets of these names for a model of items of a shape, in their order, and which usual ones are not at hand.
 * @throws RangeError for images of other channels, and for images where a model is of points; for a set that was named and is not at
 * hand the error of the host
 */
export async function outsideSets(
  names: readonly string[],
  inside: Labelled,
  seed: number,
  host: EvaluationHost,
): Promise<{ sets: Labelled[]; missing: string[] }> {
  const points = inside.item.length === 1;
  const named = points ? ["uniform"] : (usual[inside.item[0]] ?? made);
  const wanted = [...new Set(names.flatMap((name) => (name === "usual" ? named : [name])))];
  const sets: Labelled[] = [];
  const missing: string[] = [];
  for (const name of wanted) {
    if (name === inside.name) continue;
    const set = await opened(name, inside, seed, host, names.includes(name));
    if (set === null) missing.push(name);
    else sets.push(set);
  }
  return { sets, missing };
}

async function opened(
  name: string,
  inside: Labelled,
  seed: number,
  host: EvaluationHost,
  asked: boolean,
): Promise<Labelled | null> {
  const { item, count } = inside;
  if (item.length === 1) {
    if (name !== "uniform") throw new RangeError(`ood.against: "${name}" has no points, of which this model is`);
    return farPoints(inside, seed);
  }
  const keyFrom = (start: number): Key => foldIn(keyOf(seed), start);
  const madeSet = (items: Labelled["items"]): Labelled => ({
    ...{ name, item, count, labels: null },
    items: (start, some) => scope(() => items(start, some)),
  });
  switch (name) {
    case "uniform":
      return madeSet((start, some) => uniform(keyFrom(start), [some, ...item], -1, 1));
    case "constant":
      return madeSet((start, some) => uniform(keyFrom(start), [some, item[0], 1, 1], -1, 1).broadcast([some, ...item]));
    case "interpolated":
      return madeSet((start, some) => mixed(inside, start, some));
    default: {
      const images = await (asked ? host.data(name, "test", item[1]) : host.look(name, "test", item[1]));
      return images === null ? null : fitting(images, item);
    }
  }
}

/** The means of images and those half the set further on, which goes round. */
function mixed(inside: Labelled, start: number, some: number): Tensor {
  const other = (start + Math.floor(inside.count / 2)) % inside.count;
  const first = Math.min(some, inside.count - other);
  const ends = first === some ? [] : [inside.items(0, some - first)];
  return concat([inside.items(other, first), ...ends])
    .add(inside.items(start, some))
    .div(2);
}

function fitting(images: ImageData, item: Shape): Labelled {
  if (images.channels !== item[0])
    throw new RangeError(
      `ood.against: images of ${images.name} have ${images.channels} channels, those of this model ${item[0]}`,
    );
  return labelledImages(images, item[1]);
}

/** As many points as there are of the data, in the square twice as wide, none nearer to one of the data than half its half-width. */
async function farPoints(inside: Labelled, seed: number): Promise<Labelled> {
  const near = await numbersOf(inside.items(0, inside.count));
  const reach = near.reduce((most, coordinate) => Math.max(most, Math.abs(coordinate)), 0);
  const far: number[] = [];
  for (let round = 0; far.length < 2 * inside.count; round++) {
    const drawn = await numbersOf(uniform(foldIn(keyOf(seed), round), [inside.count, 2], -2 * reach, 2 * reach));
    for (let i = 0; i < drawn.length; i += 2)
      if (isFar(drawn[i], drawn[i + 1], near, reach / 2)) far.push(drawn[i], drawn[i + 1]);
  }
  const points = Float32Array.from(far.slice(0, 2 * inside.count));
  return labelledPoints({ name: "uniform", points, count: inside.count, labels: new Uint8Array(inside.count) });
}

async function numbersOf(x: Tensor): Promise<Float32Array> {
  const { data } = await toArray(x);
  dispose(x);
  return data as Float32Array;
}

function isFar(x: number, y: number, points: Float32Array, distance: number): boolean {
  for (let i = 0; i < points.length; i += 2)
    if ((x - points[i]) ** 2 + (y - points[i + 1]) ** 2 < distance ** 2) return false;
  return true;
}
