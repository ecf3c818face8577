// The data sets of images: small files of every layout, and the real ones where this machine has them.
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { imageContext } from "../../cli/datasets/images.ts";
import type { ImageData } from "../../ebm/training.ts";
import { matFile, matrix } from "../nn/formats/matFiles.ts";
import { testWorld } from "./world.ts";

/** Reads from a folder that holds these files, and what was told about them. */
async function read(
  files: Readonly<Record<string, readonly number[]>>,
  name: string,
  part: "train" | "test",
): Promise<ImageData & { told: string[] }> {
  const { world } = await testWorld();
  for (const [file, bytes] of Object.entries(files)) {
    await mkdir(join(world.cwd, "data", file, ".."), { recursive: true });
    await writeFile(join(world.cwd, "data", file), Uint8Array.from(bytes));
  }
  const told: string[] = [];
  const context = imageContext({ data: "data", env: {}, cwd: world.cwd, tell: (line) => told.push(line) });
  return { ...(await context.data(name, part, 28)), told };
}

const images = (value: number): number[] => [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, value, 255];
const labels = [0, 0, 8, 1, 0, 0, 0, 1, 5];
const record = (...labels: number[]): number[] => [...labels, ...Array<number>(3072).fill(labels[0])];

test.each([
  ["notmnist", "test", "notmnist/t10k"],
  ["mnist", "train", "mnist/train"],
] as const)("%s has its %s images in %s-images-idx3-ubyte", async (name, part, stem) => {
  const files = { [`${stem}-images-idx3-ubyte`]: images(7), [`${stem}-labels-idx1-ubyte`]: labels };
  expect(await read(files, name, part)).toEqual({
    ...{ name, count: 1, channels: 1, height: 1, width: 2, told: [] },
    images: Buffer.of(7, 255),
    labels: Buffer.of(5),
  });
});

test.each([
  ["train", "omniglot/images_background"],
  ["test", "omniglot/images_evaluation"],
] as const)(
  "omniglot takes an excerpt for its %s images, and says so, where there is no %s",
  async (part, original) => {
    const stem = "omniglot/small1-28x28";
    const files = { [`${stem}-images-idx3-ubyte`]: images(7), [`${stem}-labels-idx1-ubyte`]: labels };
    const { count, told } = await read(files, "omniglot", part);
    expect(count).toBe(1);
    expect(told).toEqual([`warning: ${original}: not there, an excerpt of 1 images stands in for it`]);
  },
);

test.each(["train", "test"] as const)("svhn has its %s images in a MATLAB file", async (part) => {
  const [x, y] = [matrix("X", 9, [32, 32, 3, 1], 2, Array<number>(3072).fill(7)), matrix("y", 9, [1, 1], 2, [10])];
  const found = await read({ [`svhn/${part}_32x32.mat`]: [...matFile(x, y)] }, "svhn", part);
  expect(found).toMatchObject({ count: 1, channels: 3, labels: Uint8Array.of(0), told: [] });
});

test("flowers102 takes an excerpt with the labels of its classes", async () => {
  const found = await read({ "flowers102/flowers102_32x32.bin": record(101) }, "flowers102", "train");
  expect(found).toMatchObject({ count: 1, channels: 3, labels: Uint8Array.of(101) });
  expect(found.told).toEqual(["warning: flowers102/jpg: not there, an excerpt of 1 images stands in for it"]);
});

test("dtd takes an excerpt too, with its kinds of textures as classes", async () => {
  const found = await read({ "dtd/dtd10_32x32.bin": record(46) }, "dtd", "test");
  expect(found).toMatchObject({ count: 1, channels: 3, labels: Uint8Array.of(46) });
  expect(found.told).toEqual(["warning: dtd/images: not there, an excerpt of 1 images stands in for it"]);
});

test("cifar10 has its training images in five batches", async () => {
  const batches = [1, 2, 3, 4, 5].map((i) => [`cifar-10/data_batch_${i}.bin`, record(i)]);
  const found = await read(Object.fromEntries(batches) as Record<string, number[]>, "cifar10", "train");
  expect(found).toMatchObject({ count: 5, channels: 3, told: [] });
  expect([...(found.labels ?? [])]).toEqual([1, 2, 3, 4, 5]);
});

test("cifar10 says so when only some of its batches are there", async () => {
  const { count, told } = await read({ "cifar-10/data_batch_1.bin": record(3) }, "cifar10", "train");
  expect(count).toBe(1);
  expect(told).toEqual(["warning: cifar10: only a part of its train images is there, 1 in data_batch_1.bin"]);
});

test("cifar100 gives fine classes, and takes an excerpt of its test images when the whole is missing", async () => {
  const excerpt = { "cifar-100/test_first2000.bin": record(19, 99) };
  const found = await read(excerpt, "cifar100", "test");
  expect([...(found.labels ?? [])]).toEqual([99]);
  expect(found.told).toEqual(["warning: cifar100: only a part of its test images is there, 1 in test_first2000.bin"]);
  const whole = await read(
    { ...excerpt, "cifar-100/test.bin": [...record(1, 2), ...record(3, 4)] },
    "cifar100",
    "test",
  );
  expect(whole).toMatchObject({ count: 2, told: [] });
});

test.each([
  ["cifar10", "train", "cifar-10/data_batch_1.bin"],
  ["cifar100", "test", "cifar-100/test.bin"],
  ["kmnist", "train", "kmnist/train-images-idx3-ubyte"],
] as const)("%s without any %s file names the place of %s", async (name, part, file) => {
  await expect(read({}, name, part)).rejects.toThrow(
    new RegExp(`^data set file missing, expected .*/data/${file}\\[\\.gz\\]; name the folder above it`),
  );
});

test("an unknown name is answered with the nearest one", async () => {
  await expect(read({}, "cifar-10", "train")).rejects.toThrow('no data set "cifar-10"; did you mean "cifar10"?');
});

const folder = process.env.EBM_DATA ?? "../shared/data";

describe.skipIf(!existsSync(folder))(`the real data in ${folder}, skipped where there is no such folder:`, () => {
  test.each([
    ["mnist", "test", 10000, 0.1325],
    ["fashion-mnist", "test", 10000, 0.2868],
    ["kmnist", "test", 10000, 0.1846],
    ["notmnist", "test", 10000, 0.4266],
    ["omniglot", "train", 2720, 0.0763],
    ["cifar10", "test", 10000, 0.4768],
    ["cifar100", "test", 2000, 0.4772],
  ] as const)("%s (%s) has %i images of mean %f", async (name, part, count, mean) => {
    const context = imageContext({ data: folder, env: {}, cwd: process.cwd(), tell: () => undefined });
    const data = await context.data(name, part, 28);
    expect(data.count).toBe(count);
    expect(data.labels).toHaveLength(count);
    let sum = 0;
    for (const byte of data.images) sum += byte;
    expect(sum / data.images.length / 255).toBeCloseTo(mean, 3);
  });
});
