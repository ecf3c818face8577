// Folders of pictures as data sets: PNG and JPEG of every kind, what is cut and scaled, and what is remembered.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import encodeJpeg, { init } from "@jsquash/jpeg/encode.js";
import { encode as encodePng } from "fast-png";
import { beforeAll, describe, expect, test } from "vitest";
import { decodePicture } from "../../cli/datasets/decode.ts";
import { imageContext } from "../../cli/datasets/images.ts";
import type { ImageData } from "../../ebm/training.ts";
import { testWorld } from "./world.ts";

beforeAll(async () => {
  const path = createRequire(import.meta.url).resolve("@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm");
  await init({ wasmBinary: await readFile(path) });
});

type Colour = readonly [red: number, green: number, blue: number];

/** A PNG, each pixel by its row and column. */
const png = (width: number, height: number, colour: (row: number, column: number) => Colour): Uint8Array => {
  const pixels = Array.from({ length: width * height }, (_, p) => colour(Math.floor(p / width), p % width));
  return encodePng({ width, height, channels: 3, data: Uint8Array.from(pixels.flat()) });
};

const grey = (width: number, height: number, level: number): Uint8Array =>
  png(width, height, () => [level, level, level]);

/** A part of a PNG file: length, name, data, checksum. */
function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A PNG of few bits a pixel; `bytes` are its rows, packed. */
function smallPng(
  width: number,
  height: number,
  depth: number,
  colourType: number,
  bytes: number[],
  more?: Buffer,
): Buffer {
  const perRow = bytes.length / height;
  const rows = Array.from({ length: height }, (_, row) => [0, ...bytes.slice(row * perRow, (row + 1) * perRow)]);
  const head = Buffer.from([0, 0, 0, width, 0, 0, 0, height, depth, colourType, 0, 0, 0]);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const body = chunk("IDAT", deflateSync(Buffer.from(rows.flat())));
  return Buffer.concat([signature, chunk("IHDR", head), more ?? Buffer.alloc(0), body, chunk("IEND", Buffer.alloc(0))]);
}

async function jpeg(width: number, height: number, [red, green, blue]: Colour): Promise<Uint8Array> {
  const data = Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => [red, green, blue, 255][i % 4]);
  return new Uint8Array(await encodeJpeg({ width, height, data, colorSpace: "srgb" }, { quality: 100 }));
}

/** A folder of files, and a way to read it as a data set. */
async function folderOf(files: Readonly<Record<string, Uint8Array | string>>) {
  const { world } = await testWorld();
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(world.cwd, "pictures", name)), { recursive: true });
    await writeFile(join(world.cwd, "pictures", name), bytes);
  }
  const told: string[] = [];
  const context = imageContext({ ...world, data: "pictures", tell: (line) => told.push(line) });
  const read = (size = 2, part: "train" | "test" = "train"): Promise<ImageData> => context.data("folder", part, size);
  const cache = async () => readdir(join(world.cwd, "cache/webgpu-ebm/pictures")).catch(() => []);
  return { world, read, told, cache };
}

describe("decodePicture", () => {
  const pixels = async (bytes: Uint8Array) => [...(await decodePicture(bytes)).data];
  const one = { width: 1, height: 2 };

  test("reads PNG of grey, of colours, of 16 bits, and with alpha that hides nothing", async () => {
    expect(await pixels(encodePng({ ...one, channels: 1, data: Uint8Array.of(7, 9) }))).toEqual([7, 7, 7, 9, 9, 9]);
    expect(await pixels(encodePng({ ...one, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6) }))).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
    expect(await pixels(encodePng({ ...one, channels: 2, data: Uint8Array.of(7, 255, 9, 255) }))).toEqual([
      7, 7, 7, 9, 9, 9,
    ]);
    const sixteen = { ...one, channels: 1, depth: 16 as const, data: Uint16Array.of(0x07ff, 0x0900) };
    expect(await pixels(encodePng(sixteen))).toEqual([7, 7, 7, 9, 9, 9]);
  });

  test.each([
    // Rows of three pixels, the last bits of each byte unused.
    [1, [0b10100000, 0b01000000], [255, 0, 255, 0, 255, 0]],
    [2, [0b00011000, 0b11000100], [0, 85, 170, 255, 0, 85]],
    [4, [0x0f, 0x80, 0x1e, 0x70], [0, 255, 136, 17, 238, 119]],
  ])("reads grey PNG of %i bits, whose rows end within a byte", async (depth, bytes, levels) => {
    const picture = await decodePicture(smallPng(3, 2, depth, 0, bytes));
    expect([...picture.data]).toEqual(levels.flatMap((level) => [level, level, level]));
  });

  test("reads PNG of colours from a palette", async () => {
    const palette = chunk("PLTE", Uint8Array.of(1, 2, 3, 40, 50, 60));
    expect(await pixels(smallPng(3, 1, 1, 3, [0b01000000], palette))).toEqual([1, 2, 3, 40, 50, 60, 1, 2, 3]);
  });

  test("reads JPEG to within rounding", async () => {
    const { width, height, data } = await decodePicture(await jpeg(20, 12, [200, 100, 50]));
    expect([width, height, data.length]).toEqual([20, 12, 720]);
    for (const [i, value] of data.entries()) expect(Math.abs(value - [200, 100, 50][i % 3])).toBeLessThanOrEqual(2);
  });

  test.each([
    ["something else", () => Buffer.from("GIF89a"), "neither a PNG nor a JPEG"],
    ["a PNG that is cut off", () => grey(4, 4, 9).subarray(0, 50), /^a PNG that cannot be read, /],
    [
      "transparent pixels",
      () => encodePng({ ...one, channels: 2, data: Uint8Array.of(7, 255, 9, 254) }),
      "has transparent pixels; put it on a background first",
    ],
    [
      "a JPEG that is cut off",
      async () => (await jpeg(64, 64, [1, 2, 3])).subarray(0, -20),
      /^a JPEG that cannot be read, .*[Pp]remature end/,
    ],
    [
      "a JPEG without its middle",
      async () => Buffer.concat([(await jpeg(64, 64, [1, 2, 3])).subarray(0, 30), Buffer.alloc(99)]),
      /^a JPEG that cannot be read, /,
    ],
  ] as const)("refuses %s", async (_name, make, problem) => {
    await expect(decodePicture(await make())).rejects.toThrow(problem);
    // And reads the next one as if nothing had been.
    expect((await decodePicture(await jpeg(8, 8, [9, 9, 9]))).width).toBe(8);
  });
});

describe("data.name=folder", () => {
  test("takes pictures in the order of their names, the folder each lies in as its class", async () => {
    const { read } = await folderOf({
      "b/1.png": grey(2, 2, 30),
      "a/2.PNG": grey(2, 2, 20),
      "a/1.png": grey(2, 2, 10),
      "a/deep/1.png": grey(2, 2, 15),
      ".hidden/1.png": grey(2, 2, 99),
    });
    expect(await read()).toEqual({
      ...{ name: "folder", count: 4, channels: 1, height: 2, width: 2 },
      images: Uint8Array.from([10, 20, 15, 30].flatMap((level) => [level, level, level, level])),
      labels: Uint8Array.of(0, 0, 1, 2),
    });
  });

  test("has colour planes as soon as one picture has colours, and no classes when one lies in no folder", async () => {
    const { read } = await folderOf({ "1.png": grey(2, 2, 10), "a/2.png": png(2, 2, (row) => [1 + row, 2, 3]) });
    const { channels, images, labels } = await read();
    expect([channels, labels]).toEqual([3, null]);
    expect([...images]).toEqual([...Array<number>(12).fill(10), ...[1, 1, 2, 2], ...[2, 2, 2, 2], ...[3, 3, 3, 3]]);
  });

  test("cuts the square in the middle, and then scales it", async () => {
    const stripes = png(8, 4, (_row, column) => (column < 2 || column >= 6 ? [255, 255, 255] : [10 * column, 0, 0]));
    const { read } = await folderOf({ "wide.png": stripes });
    // Columns 20 30 40 50; to half their number with weights 3 3 1 and 1 3 3.
    const { images } = await read(2);
    expect([...images.slice(0, 4)]).toEqual([27, 43, 27, 43]);
    const same = await read(4);
    expect([...same.images.slice(0, 4)]).toEqual([20, 30, 40, 50]);
  });

  test("has parts where it has folders train and test", async () => {
    const { read } = await folderOf({ "train/1.png": grey(2, 2, 10), "test/1.png": grey(2, 2, 20) });
    expect((await read(2, "train")).images[0]).toBe(10);
    expect((await read(2, "test")).images[0]).toBe(20);
  });

  test("decodes once: the cache serves the same pictures again, others and other sizes are decoded", async () => {
    const { read, world, cache } = await folderOf({ "1.png": grey(2, 2, 10), "2.png": grey(2, 2, 20) });
    const first = await read();
    const [name] = await cache();
    expect(await cache()).toHaveLength(1);
    // What the cache says is believed: so it is read.
    const path = join(world.cwd, "cache/webgpu-ebm/pictures", name);
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = 77;
    await writeFile(path, bytes);
    expect((await read()).images.at(-1)).toBe(77);
    await read(4);
    expect(await cache()).toHaveLength(2);
    await writeFile(join(world.cwd, "pictures/1.png"), grey(2, 2, 11));
    expect((await read()).images[0]).toBe(11);
    expect(first.images[0]).toBe(10);
    expect(await cache()).toHaveLength(3);
  });

  test("decodes again, and says so, when the cache is damaged or cannot be written", async () => {
    const { read, world, cache, told } = await folderOf({ "1.png": grey(2, 2, 10) });
    await read();
    const [name] = await cache();
    await writeFile(join(world.cwd, "cache/webgpu-ebm/pictures", name), "damaged");
    expect((await read()).images[0]).toBe(10);
    expect(told).toEqual([expect.stringMatching(/^warning: .*\.idx: cannot be used, .*not an idx file/)]);
    const other = await folderOf({ "1.png": grey(2, 2, 10) });
    await mkdir(join(other.world.cwd, "cache"), { recursive: true });
    await writeFile(join(other.world.cwd, "cache/webgpu-ebm"), "in the way");
    expect((await other.read()).images[0]).toBe(10);
    expect(other.told).toEqual([
      expect.stringMatching(/^warning: .*\.idx: cannot be written, .*; the pictures are decoded again next time$/),
    ]);
  });

  test("leaves other files out, and says so", async () => {
    const { read, told } = await folderOf({ "1.png": grey(2, 2, 10), "a.txt": "a", "b.gif": "b" });
    expect((await read()).count).toBe(1);
    expect(told).toEqual([
      expect.stringMatching(/pictures: 2 files are no .png or .jpg and are left out, the first is a.txt$/),
    ]);
  });

  test("names the file that cannot be read", async () => {
    const { read } = await folderOf({ "good.png": grey(2, 2, 1), "sub/bad.jpg": "no picture" });
    await expect(read()).rejects.toThrow(/pictures\/sub\/bad.jpg: neither a PNG nor a JPEG$/);
  });

  test("says what is missing: pictures, the folder, or its name", async () => {
    const { read, world } = await folderOf({ "a.txt": "a" });
    await expect(read()).rejects.toThrow(/pictures: no pictures below it, expected .png, .jpg or .jpeg$/);
    const context = imageContext({ ...world, data: "nowhere", tell: () => undefined });
    await expect(context.data("folder", "train", 2)).rejects.toThrow(
      /nowhere: cannot be read, no such file or directory$/,
    );
    const nameless = imageContext({ ...world, data: null, tell: () => undefined });
    await expect(nameless.data("folder", "train", 2)).rejects.toThrow(
      "data.name=folder: name the folder of pictures with --data or EBM_DATA",
    );
  });

  test("has no labels for more than 256 folders, and says so", async () => {
    const files = Array.from({ length: 257 }, (_, i) => [`${i}/1.png`, grey(1, 1, i % 256)] as const);
    const { read, told } = await folderOf(Object.fromEntries(files));
    expect((await read(1)).labels).toBe(null);
    expect(told).toEqual([
      expect.stringMatching(/257 folders are more than 256 classes; the pictures have no labels$/),
    ]);
  });
});

test("omniglot and flowers102 are read from their original pictures where those are: strokes white, flowers as they are", async () => {
  const { world } = await folderOf({
    "omniglot/images_background/Greek/character01/1.png": grey(4, 4, 255),
    "omniglot/images_background/Greek/character02/1.png": grey(4, 4, 0),
    "flowers102/jpg/image_00001.jpg": await jpeg(20, 12, [200, 100, 50]),
  });
  const context = imageContext({ ...world, data: "pictures", tell: () => undefined });
  const omniglot = await context.data("omniglot", "train", 2);
  expect([...omniglot.images]).toEqual([0, 0, 0, 0, 255, 255, 255, 255]);
  expect([...(omniglot.labels ?? [])]).toEqual([0, 1]);
  expect(await context.data("flowers102", "train", 8)).toMatchObject({
    count: 1,
    channels: 3,
    height: 8,
    labels: null,
  });
});
