/** Batches of images: which ones, scaled how, resized how. */

import { expect, test } from "vitest";
import { key, toArray } from "../../../engine/index.ts";
import type { ImageData } from "../../../ebm/index.ts";
import { imageSource } from "../../../ebm/data/images.ts";
import { resizePlanes } from "../../../ebm/data/resize.ts";
import "../../engine/opened.ts";

/** 40 images of 2 channels and 2 × 2 pixels: image i is i everywhere, but its last pixel is 255 − i. */
const numbered: ImageData = {
  ...{ name: "numbers", count: 40, channels: 2, height: 2, width: 2, labels: null },
  images: Uint8Array.from({ length: 320 }, (_, p) => (p % 8 === 7 ? 255 - Math.floor(p / 8) : Math.floor(p / 8))),
};

const fed = async (seed: number, count: number, size = 2) => {
  const source = imageSource(numbered, size);
  const batch = source.batch(key(seed), count, source.feed(key(seed), count));
  return toArray(batch);
};

test("imageSource feeds whole distinct images, scaled from bytes to [−1, 1]", async () => {
  const { data, shape } = await fed(1, 12);
  expect(shape).toEqual([12, 2, 2, 2]);
  const chosen = Array.from({ length: 12 }, (_, i) => Math.round((data[8 * i] + 1) * 127.5));
  expect(new Set(chosen).size).toBe(12);
  expect([...data]).toEqual(
    chosen.flatMap((i) => [...Array<number>(7).fill(i), 255 - i].map((byte) => Math.fround(byte / 127.5 - 1))),
  );
});

test("imageSource scales 0, 51 and 255 to −1, −0.6 and 1", async () => {
  const bytes = { ...numbered, name: "one", count: 1, channels: 1, images: Uint8Array.of(0, 51, 204, 255) };
  const { data } = await toArray(imageSource(bytes, 2).feed(key(1), 1)!);
  expect([...data]).toEqual([-1, Math.fround(-0.6), Math.fround(0.6), 1]);
});

test("imageSource feeds the same images for a key again, others for another, and all of them if asked", async () => {
  const chosen = async (seed: number, count: number) => {
    const { data } = await fed(seed, count);
    return Array.from({ length: count }, (_, i) => Math.round((data[8 * i] + 1) * 127.5));
  };
  expect(await chosen(1, 12)).toEqual(await chosen(1, 12));
  expect(await chosen(2, 12)).not.toEqual(await chosen(1, 12));
  expect((await chosen(3, 40)).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
});

test("imageSource refuses a batch of more images than there are, and one that was not fed", () => {
  const source = imageSource(numbered, 2);
  expect(() => source.feed(key(1), 41)).toThrow("imageSource: a batch of 41 from 40 images of numbers");
  expect(() => source.batch(key(1), 4, null)).toThrow("imageSource: the batch was not fed");
});

test("imageSource resizes images that have another size", async () => {
  const { data, shape } = await fed(1, 3, 4);
  expect(shape).toEqual([3, 2, 4, 4]);
  const [whole] = data;
  expect([...data.slice(0, 16)]).toEqual(Array<number>(16).fill(whole));
  expect(data[31]).toBe(Math.fround((255 - Math.round((whole + 1) * 127.5)) / 127.5 - 1));
});

test("resizePlanes enlarges with half-pixel centres, and holds the border", () => {
  const row = (...values: number[]) => Float32Array.of(...values, ...values);
  expect([...resizePlanes(row(0, 4), 2, 2, 4)].slice(0, 4)).toEqual([0, 1, 3, 4]);
  // Both ways at once: rows 0, 0.25, 0.75, 1 of the way down.
  expect([...resizePlanes(Float32Array.of(0, 4, 8, 12), 2, 2, 4)]).toEqual([
    ...[0, 1, 3, 4],
    ...[2, 3, 5, 6],
    ...[6, 7, 9, 10],
    ...[8, 9, 11, 12],
  ]);
});

test("resizePlanes reduces by two to the mean of each 2 × 2 pixels", () => {
  const planes = Float32Array.from({ length: 32 }, (_, i) => i);
  expect([...resizePlanes(planes, 4, 4, 2)]).toEqual([2.5, 4.5, 10.5, 12.5, 18.5, 20.5, 26.5, 28.5]);
});

test("resizePlanes takes planes that are not square", () => {
  expect([...resizePlanes(Float32Array.of(0, 4, 8, 0, 4, 8), 2, 3, 2)]).toEqual([1, 7, 1, 7]);
});

test("resizePlanes leaves planes of the wanted size alone", () => {
  const planes = Float32Array.of(1, 2, 3, 4);
  expect(resizePlanes(planes, 2, 2, 2)).toBe(planes);
});
