/** Points of the plane that a person brings: read from text, brought to one scale, and learned from. */

import { dispose, fromArray, randomIndex, take } from "../../engine/index.ts";
import { FormatError } from "../../nn/formatError.ts";
import type { Context } from "../training.ts";
import { labelledPoints, type Labelled } from "./labelled.ts";
import type { Source } from "./source.ts";

/** What settings call them, in `data.name`. */
export const givenName = "points";

/**
 * The points of a text with one to a line, two numbers between which stands a comma, a semicolon, a tab or spaces: `[n, 2]` flat. A
 * first line without numbers is a heading; further columns are passed over.
 * @throws FormatError naming the line that is none, or when there are fewer than 3 points
 */
export function readPoints(text: string, name: string): Float32Array<ArrayBuffer> {
  const points: number[] = [];
  text.split(/\r?\n/).forEach((line, at) => {
    if (line.trim() === "") return;
    const words = line.trim().split(/\s*[,;\t]\s*|\s+/);
    const pair = words.slice(0, 2).map((word) => (word === "" ? NaN : Number(word)));
    if (pair.length === 2 && pair.every(Number.isFinite)) points.push(...pair);
    else if (at > 0 || pair.some(Number.isFinite))
      throw new FormatError(`${name}:${at + 1}: expected two numbers, got "${line.slice(0, 60)}"`);
  });
  if (points.length < 6) throw new FormatError(`${name}: expected at least 3 points, got ${points.length / 2}`);
  return Float32Array.from(points);
}

/** Points less their mean, over the root of their mean square: as wide on average as a standard normal distribution. */
export function standardised(points: Float32Array): Float32Array<ArrayBuffer> {
  const count = points.length / 2;
  const mean = [0, 0];
  points.forEach((value, at) => (mean[at % 2] += value / count));
  const square = points.reduce((sum, value, at) => sum + (value - mean[at % 2]) ** 2, 0);
  const scale = Math.sqrt(square / points.length) || 1;
  return points.map((value, at) => (value - mean[at % 2]) / scale);
}

/** The points that a host was given, standardised. Throws a RangeError where it has none. */
export async function givenPoints(context: Context): Promise<Float32Array<ArrayBuffer>> {
  if (context.points === undefined)
    throw new RangeError(`data.name: "${givenName}" are brought by whoever trains, and here nobody has`);
  return standardised(await context.points());
}

/** Batches of these points, drawn with replacement from a table on the GPU. */
export function givenSource(points: Float32Array<ArrayBuffer>): Source {
  const count = points.length / 2;
  const table = fromArray({ dtype: "f32", shape: [count, 2], data: points });
  return {
    about: `${count} points, on the GPU`,
    item: [2],
    uploads: false,
    feed: () => null,
    batch: (key, size) => take(table, randomIndex(key, [size], count)),
    dispose: () => dispose(table),
  };
}

/** The same in their order, without classes. */
export function givenInOrder(points: Float32Array<ArrayBuffer>): Labelled {
  const count = points.length / 2;
  return { ...labelledPoints({ name: givenName, points, count, labels: new Uint8Array(count) }), labels: null };
}
