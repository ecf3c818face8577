/** So many points of a toy distribution, made from a seed, with the part that each was drawn from: small data sets. */

import { choice, dispose, fromArray, take } from "../../engine/index.ts";
import { normalFromBits } from "../../engine/random/normal.ts";
import { foldIn, keyOf, randomBits } from "../../engine/random/threefry.ts";
import { randomIndex, uniformFromBits } from "../../engine/random/uniform.ts";
import type { Source } from "./source.ts";
import type { Toy } from "./toys/toy.ts";

export interface PointSet {
  name: string;
  /** `[count, 2]`, flat */
  points: Float32Array<ArrayBuffer>;
  count: number;
  /** the part that each was drawn from, counted from 0 */
  labels: Uint8Array;
}

/** Keep these draws apart from each other and from those of a training with the same seed. */
const purposes = { train: 0x706f696e, test: 0x706f696f } as const;

/** The points of some rows, in that order. */
export const pointsAt = ({ name, points, labels }: PointSet, rows: readonly number[]): PointSet => ({
  name,
  points: Float32Array.from(rows.flatMap((row) => [points[2 * row], points[2 * row + 1]])),
  count: rows.length,
  labels: Uint8Array.from(rows, (row) => labels[row]),
});

/** A source of these points: distinct ones in each batch, from a table on the GPU. */
export function pointSource({ name, points, count: total }: PointSet): Source {
  const table = fromArray({ dtype: "f32", shape: [total, 2], data: points });
  return {
    about: `${total} points of ${name}, on the GPU`,
    item: [2],
    uploads: false,
    feed: () => null,
    batch: (key, count) => take(table, choice(key, total, count)),
    dispose: () => dispose(table),
  };
}

/** `count` points of a toy distribution; those of one part and seed are the same everywhere. */
export function pointSet(
  name: string,
  toy: Toy,
  { seed, part, count }: { seed: number; part: keyof typeof purposes; count: number },
): PointSet {
  const key = foldIn(keyOf(seed), purposes[part]);
  const points = new Float32Array(2 * count);
  const labels = new Uint8Array(count);
  for (let item = 0; item < count; item++) {
    let drawn = 0;
    /** The words of an item: four of this stream, then four of each one after it. */
    const bits = (): number => {
      const [stream, word] = [drawn >> 2, drawn++ & 3];
      return randomBits(stream === 0 ? key : foldIn(key, stream), 4 * item + word);
    };
    labels[item] = randomIndex(bits(), toy.groups);
    const draws = { uniform: () => uniformFromBits(bits()), normal: () => normalFromBits(bits()) };
    points.set(toy.place(labels[item], draws), 2 * item);
  }
  return { name, points, count, labels };
}
