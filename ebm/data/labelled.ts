/** Data that are gone through from the first item to the last, with their classes: what evaluations are made on. */

import { fromArray, type Shape, type Tensor } from "../../engine/index.ts";
import type { ImageData } from "../training.ts";
import { levelOf } from "./images.ts";
import type { PointSet } from "./pointSets.ts";
import { resizePlanes } from "./resize.ts";

export interface Labelled {
  readonly name: string;
  /** Shape of one item: [2] for points, [c, h, w] for images. */
  readonly item: Shape;
  readonly count: number;
  /** The class of each item; null where there are none. */
  readonly labels: Uint8Array | null;
  /** `count` items from `start` on, `[count, …]`, live; images in [−1, 1]. Throws a RangeError for items that are not there. */
  items(start: number, count: number): Tensor;
}

/** Images in their order, resized as for training, without changes or noise. */
export function labelledImages(data: ImageData, size: number): Labelled {
  const { name, count, channels, height, width, labels } = data;
  const planes = resizePlanes(data.images, height, width, size);
  return inOrder({ name, item: [channels, size, size], count, labels }, (from, to) =>
    Float32Array.from(planes.subarray(from, to), levelOf),
  );
}

/** Points in their order. */
export const labelledPoints = ({ name, points, count, labels }: PointSet): Labelled =>
  inOrder({ name, item: [2], count, labels }, (from, to) => points.slice(from, to));

function inOrder(
  facts: Omit<Labelled, "items">,
  numbers: (from: number, to: number) => Float32Array<ArrayBuffer>,
): Labelled {
  const { name, item, count: total } = facts;
  const size = item.reduce((product, extent) => product * extent, 1);
  return {
    ...facts,
    items(start, count) {
      if (start < 0 || count < 0 || start + count > total)
        throw new RangeError(`items: ${start} to ${start + count} of the ${total} of ${name}`);
      const data = numbers(start * size, (start + count) * size);
      return fromArray({ dtype: "f32", shape: [count, ...item], data });
    },
  };
}

/** How many classes there are: one more than the largest label, 0 without labels. */
export const classesIn = (labels: Uint8Array | null): number =>
  labels === null ? 0 : labels.reduce((most, label) => Math.max(most, label + 1), 0);
