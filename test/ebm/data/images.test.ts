/** Batches of images: which ones, scaled how, from where. */

import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { compile, dispose, key, scope, toArray, type Key, type Tensor } from "../../../engine/index.ts";
import { permute } from "../../../engine/random/permutation.ts";
import { keyOf } from "../../../engine/random/threefry.ts";
import type { ImageData } from "../../../ebm/index.ts";
import { imageSource, type ImageOptions } from "../../../ebm/data/images.ts";
import { device } from "../../engine/opened.ts";
import { check } from "../../engine/property.ts";

/** 40 images of 2 channels and 2 × 2 pixels: image i is i everywhere, but its last pixel is 255 − i. */
const numbered: ImageData = {
  ...{ name: "numbers", count: 40, channels: 2, height: 2, width: 2, labels: null },
  images: Uint8Array.from({ length: 320 }, (_, p) => (p % 8 === 7 ? 255 - Math.floor(p / 8) : Math.floor(p / 8))),
};

async function batchOf(seed: number, count: number, { size = 2, ...options }: ImageOptions & { size?: number } = {}) {
  const source = imageSource(numbered, size, options);
  const fed = source.feed(key(seed), count);
  const batch = scope(() => source.batch(key(seed), count, fed));
  const read = await toArray(batch);
  dispose(batch, fed ?? []);
  source.dispose();
  return read;
}

const both = [
  ["on the GPU", true],
  ["uploaded", false],
] as const;

test.each(both)(
  "imageSource, %s, gives the images of a permutation, scaled from bytes to [−1, 1]",
  async (_, resident) => {
    const { data, shape } = await batchOf(1, 12, { resident });
    expect(shape).toEqual([12, 2, 2, 2]);
    const chosen = Array.from({ length: 12 }, (_, i) => permute(keyOf(1), i, 40));
    expect(new Set(chosen).size).toBe(12);
    expect([...data]).toEqual(
      chosen.flatMap((i) => [...Array<number>(7).fill(i), 255 - i].map((byte) => Math.fround(byte / 127.5 - 1))),
    );
  },
);

test.each(both)("imageSource, %s, scales every byte to the f32 nearest to byte / 127.5 − 1", async (_, resident) => {
  const images = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const source = imageSource({ ...numbered, count: 1, channels: 1, height: 16, width: 16, images }, 16, { resident });
  const { data } = await toArray(source.batch(key(1), 1, source.feed(key(1), 1)));
  expect([...data]).toEqual(Array.from({ length: 256 }, (_, byte) => Math.fround(byte / 127.5 - 1)));
  expect([data[0], data[51], data[255]]).toEqual([-1, Math.fround(-0.6), 1]);
});

test("imageSource gives the same images for a key again, others for another, and all of them if asked", async () => {
  const chosen = async (seed: number, count: number) => {
    const { data } = await batchOf(seed, count);
    return Array.from({ length: count }, (_, i) => Math.round((data[8 * i] + 1) * 127.5));
  };
  expect(await chosen(1, 12)).toEqual(await chosen(1, 12));
  expect(await chosen(2, 12)).not.toEqual(await chosen(1, 12));
  expect((await chosen(3, 40)).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
});

test("imageSource gives the same bits from the GPU and uploaded, in compiled programs too, whatever is done to images", () =>
  check(
    fc.record({
      seed: fc.nat(1000),
      channels: fc.constantFrom(1, 3),
      // 9 and 27 bytes do not fill whole words.
      size: fc.constantFrom(3, 4),
      from: fc.constantFrom(3, 5),
      total: fc.integer({ min: 1, max: 20 }),
      flip: fc.boolean(),
      crop: fc.integer({ min: 0, max: 2 }),
    }),
    async ({ seed, channels, size, from, total, flip, crop }) => {
      const images = Uint8Array.from(
        { length: total * channels * from * from },
        (_, i) => (i * i * 7 + i * seed) % 256,
      );
      const data = { name: "drawn", count: total, channels, height: from, width: from, labels: null, images };
      const count = Math.ceil(total / 2);
      const results: number[][] = [];
      for (const resident of [true, false]) {
        const source = imageSource(data, size, { flip, crop, resident });
        const program = compile((fed: readonly Tensor[], from: Key) => source.batch(from, count, fed[0] ?? null));
        const fed = source.feed(key(seed), count);
        expect(fed === null).toBe(resident);
        const batches = [program(fed === null ? [] : [fed], key(seed)), source.batch(key(seed), count, fed)];
        for (const batch of batches) results.push([...(await toArray(batch)).data]);
        program.dispose();
        dispose(batches, fed ?? []);
        source.dispose();
      }
      for (const result of results.slice(1)) expect(result).toEqual(results[0]);
    },
    6,
  ));

test("imageSource keeps images on the GPU up to the largest buffer that the adapter binds, and uploads them beyond", () => {
  const most = vi.spyOn(device, "mostBytes", "get");
  for (const [bytes, uploads] of [
    [320, false],
    [319, true],
  ] as const) {
    most.mockReturnValue(bytes);
    const source = imageSource(numbered, 2);
    expect(source.feed(key(1), 4) !== null).toBe(uploads);
    expect(source.about).toBe(
      uploads
        ? "40 images as bytes on the host, 320 B; each batch is uploaded (the GPU binds 319 B)"
        : "40 images as bytes on the GPU, 320 B",
    );
    source.dispose();
  }
  most.mockRestore();
});

test("imageSource gives back all that it holds", async () => {
  const once = async () => {
    await batchOf(1, 4);
    await batchOf(1, 4, { resident: false });
  };
  // The plans that the first time leaves behind have buffers of their own.
  await once();
  const before = device.memory().live;
  await once();
  expect(device.memory().live).toBe(before);
});

test("imageSource refuses a batch of more images than there are, one that was not fed, and a border as wide as they are", () => {
  const source = imageSource(numbered, 2, { resident: false });
  expect(() => source.feed(key(1), 41)).toThrow("imageSource: a batch of 41 from 40 images of numbers");
  expect(() => source.batch(key(1), 41, null)).toThrow("imageSource: a batch of 41 from 40 images of numbers");
  expect(() => source.batch(key(1), 4, null)).toThrow("imageSource: the batch was not fed");
  expect(() => imageSource(numbered, 2, { crop: 2 }).batch(key(1), 4, null)).toThrow(
    "augmented: a border of 2 pixels around images of 2 × 2; it is narrower",
  );
});

test("imageSource resizes images that have another size", async () => {
  const { data, shape } = await batchOf(1, 3, { size: 4 });
  expect(shape).toEqual([3, 2, 4, 4]);
  const [whole] = data;
  expect([...data.slice(0, 16)]).toEqual(Array<number>(16).fill(whole));
  expect(data[31]).toBe(Math.fround((255 - Math.round((whole + 1) * 127.5)) / 127.5 - 1));
});
