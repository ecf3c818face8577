/** So many points of a toy distribution, made from a seed, with the part that each was drawn from: small data sets. */

import { choice, dispose, fromArray, take } from "../../engine/index.ts";
import { normalFromBits } from "../../engine/random/normal.ts";
import { foldIn, keyOf, randomBits } from "../../engine/random/threefry.ts";
import { randomIndex } from "../../engine/random/uniform.ts";
import { mixture } from "./mixture.ts";
import type { Source } from "./source.ts";
import type { ToyOptions } from "./toy.ts";

export interface PointSet {
  name: string;
  /** `[count, 2]`, flat */
  points: Float32Array<ArrayBuffer>;
  count: number;
  /** the Gaussian or ring, counted from 0 */
  labels: Uint8Array;
}

/** Keep these draws apart from each other and from those of a training with the same seed. */
const purposes = { train: 0x706f696e, test: 0x706f696f } as const;

/** What a point is made of: the part it belongs to and three normal numbers. */
type Place = (options: ToyOptions, part: number, normals: readonly [number, number, number]) => [number, number];

const places: Readonly<Record<string, Place>> = {
  gmm(options, part, [x, y]) {
    const [meanX, meanY] = mixture(options).means[part];
    return [meanX + options.sd * x, meanY + options.sd * y];
  },
  rings({ radius, sd }, part, [x, y, z]) {
    const distance = ((part + 1) * radius + sd * z) / Math.hypot(x, y);
    return [x * distance, y * distance];
  },
};

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

/** `count` points of the toy distribution `gmm` or `rings`; those of one part and seed are the same everywhere. */
export function pointSet(
  name: string,
  options: ToyOptions,
  { seed, part, count }: { seed: number; part: keyof typeof purposes; count: number },
): PointSet {
  const key = foldIn(keyOf(seed), purposes[part]);
  const points = new Float32Array(2 * count);
  const labels = new Uint8Array(count);
  for (let item = 0; item < count; item++) {
    const bits = (which: number): number => randomBits(key, 4 * item + which);
    labels[item] = randomIndex(bits(0), options.groups);
    const normals = [1, 2, 3].map((which) => normalFromBits(bits(which))) as [number, number, number];
    points.set(places[name](options, labels[item], normals), 2 * item);
  }
  return { name, points, count, labels };
}
