/** ebm data show: a sheet of pictures of a data set, and what there is to count. */

import { resolve } from "node:path";
import type { ImageData } from "../../ebm/training.ts";
import { columns } from "../columns.ts";
import { imageContext } from "../datasets/images.ts";
import { Failure, reasonOf, type Ending } from "../failure.ts";
import { writeAtomically } from "../run/atomic.ts";
import { gridPng } from "../run/pictures.ts";
import { say, warn, type World } from "../world.ts";
import { placesOf, type DataOptions } from "./data.ts";

export interface ShowOptions extends DataOptions {
  /** Which part: train or test. */
  part: string;
  /** Rows and columns that pictures without a common size are brought to. */
  size: string;
  /** How many pictures. */
  count: string;
  /** The .png file; by default NAME-PART.png here. */
  out?: string;
}

/** Writes `count` pictures, of every class in turn, and says which they are, how many there are, and how bright. */
export async function showData(world: World, name: string, options: ShowOptions): Promise<Ending> {
  const { part } = options;
  if (part !== "train" && part !== "test") throw new Failure("usage", `--part ${part}: expected train or test`);
  const [size, count] = [wholeNumber("--size", options.size), wholeNumber("--count", options.count)];
  const context = imageContext({ ...placesOf(world, options), tell: (line) => warn(world, line) });
  const data = await context.data(name, part, size);
  const shown = inTurn(data.labels, data.count).slice(0, count);
  const file = options.out ?? `${name}-${part}.png`;
  await writeAtomically(resolve(world.cwd, file), sheetOf(data, shown)).catch((error: unknown) => {
    throw new Failure("usage", `${file}: cannot be written, ${reasonOf(error)}`, { cause: error });
  });

  const names = world.dataSets.find((set) => set.name === name)?.classes ?? null;
  const nameOf = (label: number): string => names?.[label] ?? String(label);
  say(world, `${name}, ${part}: ${data.count} images, ${data.channels} × ${data.height} × ${data.width}`);
  say(world, columns(channelRows(data)));
  if (data.labels !== null) say(world, columns(classRows(data.labels, nameOf)));
  say(world, file);
  if (data.labels !== null) {
    const labels = data.labels;
    const perRow = Math.floor(Math.sqrt(shown.length));
    for (let first = 0; first < shown.length; first += perRow)
      say(
        world,
        `  ${shown
          .slice(first, first + perRow)
          .map((image) => nameOf(labels[image]))
          .join("  ")}`,
      );
  }
  return "ok";
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Failure("usage", `${option} ${text}: expected a whole number of at least 1`);
}

/** All images, the first of every class, then the second of every class, and so on; without classes in their order. */
function inTurn(labels: Uint8Array | null, count: number): number[] {
  const seen = new Map<number, number>();
  const turns = Array.from({ length: count }, (_, image) => {
    const label = labels?.[image] ?? 0;
    const turn = seen.get(label) ?? 0;
    seen.set(label, turn + 1);
    return { image, label, turn };
  });
  return turns.sort((a, b) => a.turn - b.turn || a.label - b.label).map(({ image }) => image);
}

function sheetOf({ images, channels, height, width }: ImageData, shown: readonly number[]): Uint8Array {
  const pixels = channels * height * width;
  const chosen = new Float32Array(shown.length * pixels);
  shown.forEach((image, at) => {
    for (let p = 0; p < pixels; p++) chosen[at * pixels + p] = images[image * pixels + p] / 127.5 - 1;
  });
  return gridPng({ name: "images", images: chosen, count: shown.length, channels, height, width });
}

/** Mean and standard deviation of each channel, of pixels in [0, 1]. */
function channelRows({ images, count, channels, height, width }: ImageData): string[][] {
  const plane = height * width;
  const words = channels === 1 ? ["pixels"] : ["red", "green", "blue"];
  return words.map((word, channel) => {
    const times = new Float64Array(256);
    for (let image = 0; image < count; image++) {
      const start = (image * channels + channel) * plane;
      for (let p = start; p < start + plane; p++) times[images[p]]++;
    }
    const mean = times.reduce((sum, n, byte) => sum + n * byte, 0) / (count * plane);
    const variance = times.reduce((sum, n, byte) => sum + n * (byte - mean) ** 2, 0) / (count * plane);
    return [`  ${word}`, `mean ${(mean / 255).toFixed(4)}`, `deviation ${(Math.sqrt(variance) / 255).toFixed(4)}`];
  });
}

/** How many images each class has. */
function classRows(labels: Uint8Array, nameOf: (label: number) => string): string[][] {
  const times = new Float64Array(256);
  for (const label of labels) times[label]++;
  const present = [...times.keys()].filter((label) => times[label] > 0);
  return present.map((label) => [
    `  ${label}`,
    nameOf(label) === String(label) ? "" : nameOf(label),
    times[label] === 1 ? "1 image" : `${times[label]} images`,
  ]);
}
