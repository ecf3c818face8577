// The idx reader: small files by hand, plain and gzipped, and every way in which a file can be wrong.
import { describe, expect, test } from "vitest";
import { readIdx, readIdxImages } from "../../../ebm/data/idx.ts";
import { FormatError } from "../../../nn/formatError.ts";
import { fuzz } from "../../nn/formats/damage.ts";

const big = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];

const idx = (shape: number[], data: number[]): Uint8Array =>
  Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap(big), ...data]);

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const zipped = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}

const name = "train-images-idx3-ubyte";
const twoImages = idx([2, 1, 3], [1, 2, 3, 4, 5, 6]);

test("readIdx gives the extents and the bytes of a plain file", async () => {
  expect(await readIdx({ name, bytes: twoImages })).toEqual({
    shape: [2, 1, 3],
    data: Uint8Array.of(1, 2, 3, 4, 5, 6),
  });
});

test("readIdx reads a gzipped file like the plain one", async () => {
  expect(await readIdx({ name, bytes: await gzip(twoImages) })).toEqual(await readIdx({ name, bytes: twoImages }));
});

test("readIdxImages puts images and labels together", async () => {
  const images = { name, bytes: twoImages };
  const labels = { name: "labels", bytes: idx([2], [7, 9]) };
  expect(await readIdxImages(images, labels)).toEqual({
    ...{ count: 2, channels: 1, height: 1, width: 3 },
    images: Uint8Array.of(1, 2, 3, 4, 5, 6),
    labels: Uint8Array.of(7, 9),
  });
  expect((await readIdxImages(images, null)).labels).toBeNull();
});

describe("a wrong file is refused with a FormatError that names it, what was expected and what was found", () => {
  const cases: [string, Uint8Array, string][] = [
    [
      "cut in its data",
      twoImages.subarray(0, 20),
      `${name} [2, 1, 3]: idx file is truncated, expected 22 bytes, got 20`,
    ],
    ["cut in its extents", twoImages.subarray(0, 9), `${name}: idx file is truncated, expected 16 bytes, got 9`],
    [
      "continued",
      Uint8Array.from([...twoImages, 0]),
      `${name} [2, 1, 3]: idx file is too long, expected 22 bytes, got 23`,
    ],
    [
      "a PNG",
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1),
      `${name}: not an idx file of bytes, expected it to begin 00 00 08 0n, got 89 50 4e 47`,
    ],
    ["empty", new Uint8Array(0), `${name}: not an idx file of bytes, expected it to begin 00 00 08 0n, got nothing`],
  ];
  test.each(cases)("%s", async (_what, bytes, message) => {
    await expect(readIdx({ name, bytes })).rejects.toThrow(new FormatError(message));
  });

  test("gzip cut short", async () => {
    const zipped = await gzip(twoImages);
    const half = zipped.subarray(0, zipped.length - 9);
    await expect(readIdx({ name, bytes: half })).rejects.toThrow(
      `${name}: gzip file of ${half.length} bytes is truncated`,
    );
  });

  test("labels given as images", async () => {
    const labels = { name: "labels", bytes: idx([2], [7, 9]) };
    await expect(readIdxImages(labels, null)).rejects.toThrow("labels: expected 3 extents, got 1 [2]");
  });

  test("labels of another set", async () => {
    const labels = { name: "labels", bytes: idx([3], [7, 9, 1]) };
    await expect(readIdxImages({ name, bytes: twoImages }, labels)).rejects.toThrow(
      `labels: 3 labels for 2 images (${name})`,
    );
  });
});

test("readIdx survives 1000 damaged files", async () => {
  await fuzz([twoImages, await gzip(twoImages)], 1000, (bytes) => readIdx({ name, bytes }));
});
