/** Some of the images of a data set. */

import { permute } from "../../engine/random/permutation.ts";
import { keyOf } from "../../engine/random/threefry.ts";
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
  return imagesAt(data, rows);
}

/** The images of some rows, in that order. */
export function imagesAt(data: ImageData, rows: readonly number[]): ImageData {
  const pixels = data.channels * data.height * data.width;
  const images = new Uint8Array(rows.length * pixels);
  rows.forEach((row, at) => images.set(data.images.subarray(row * pixels, (row + 1) * pixels), at * pixels));
  const labels = data.labels === null ? null : Uint8Array.from(rows, (row) => data.labels![row]);
  return { ...data, count: rows.length, images, labels };
}

/**
 * Rows 0 … total − 1 in two parts, apart at random: `held` of them that are not learned from, and the others. JEM holds out 5 000.
 * Both in their order. Throws a RangeError when nothing would be left.
 */
export function splitRows(total: number, held: number): { learned: number[]; held: number[] } {
  if (held >= total) throw new RangeError(`data.valid: ${held} held out of ${total} items leaves none to learn from`);
  const out = new Set(Array.from({ length: held }, (_, i) => permute(keyOf(SPLIT), i, total)));
  const rows = Array.from({ length: total }, (_, row) => row);
  return { learned: rows.filter((row) => !out.has(row)), held: rows.filter((row) => out.has(row)) };
}

/** The same for every training, whatever its seed, so that they are held against the same items; JEM's own seed for this. */
const SPLIT = 1234;
