/** Some of the images of a data set. */

import type { ImageData } from "../training.ts";

export interface Selection {
  /** How many images are taken, the first ones; 0 for all. */
  count: number;
  /** The class of which images are taken, out of those; −1 for all. */
  only: number;
}

/**
 * The first `count` images, and of these the ones of class `only`, in their order.
 * @throws RangeError when there are fewer images than that, no classes to choose by, or none of that class
 */
export function selected(data: ImageData, { count, only }: Selection): ImageData {
  const { name, images, labels } = data;
  if (count > data.count) throw new RangeError(`data.count: ${name} has ${data.count} images, got ${count}`);
  const first = count === 0 ? data.count : count;
  const pixels = data.channels * data.height * data.width;
  if (only === -1)
    return count === 0
      ? data
      : { ...data, count, images: images.subarray(0, count * pixels), labels: labels?.subarray(0, count) ?? null };
  if (labels === null) throw new RangeError(`data.only: ${name} has no classes, got ${only}`);
  const rows = [...labels.subarray(0, first).keys()].filter((row) => labels[row] === only);
  if (rows.length === 0)
    throw new RangeError(`data.only: none of the first ${first} images of ${name} is of class ${only}`);
  const chosen = new Uint8Array(rows.length * pixels);
  rows.forEach((row, at) => chosen.set(images.subarray(row * pixels, (row + 1) * pixels), at * pixels));
  return { ...data, count: rows.length, images: chosen, labels: new Uint8Array(rows.length).fill(only) };
}
