/** MATLAB's files: small ones by hand, plain and compressed, and every way in which a file can be wrong. */

import { describe, expect, test } from "vitest";
import { decode } from "../../../nn/formats/mat.ts";
import { FormatError } from "../../../nn/formatError.ts";
import { fuzz } from "./damage.ts";
import { element, flagsOf, matFile, matrix, zlib } from "./matFiles.ts";

const name = "a.mat";

test("decode reads a matrix by its name, the first axis fastest, whatever the types of its numbers", async () => {
  const file = matFile(
    matrix("x", 9, [2, 3], 2, [1, 2, 3, 4, 5, 6]),
    matrix("doubles", 6, [1, 2], 9, [...new Uint8Array(Float64Array.of(0.5, -2).buffer)]),
    matrix("stored small", 6, [2, 1], 3, [0xff, 0xff, 7, 0]),
  );
  const arrays = await decode({ name, bytes: file });
  expect([...arrays]).toEqual([
    ["x", { shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) }],
    ["doubles", { shape: [1, 2], data: Float64Array.of(0.5, -2) }],
    ["stored small", { shape: [2, 1], data: Int16Array.of(-1, 7) }],
  ]);
});

test("decode reads compressed matrices like plain ones, beside each other", async () => {
  const [x, y] = [matrix("X", 9, [2, 2, 1, 2], 2, [1, 2, 3, 4, 5, 6, 7, 8]), matrix("y", 9, [2, 1], 2, [10, 1])];
  const plain = await decode({ name, bytes: matFile(x, y) });
  const packed = matFile(element(15, await zlib(x)), element(15, await zlib(y)));
  expect(await decode({ name, bytes: packed })).toEqual(plain);
  expect(plain.get("X")!.shape).toEqual([2, 2, 1, 2]);
  expect(await decode({ name, bytes: matFile() })).toEqual(new Map());
});

describe("a wrong file is refused with a FormatError that names it and what was found", () => {
  const good = matrix("x", 9, [1, 2], 2, [1, 2]);
  const header = matFile();
  const bigEndian = header.map((byte, i) => (i === 126 ? 0x4d : i === 127 ? 0x49 : byte));
  const cases: [string, Uint8Array, string][] = [
    ["cut in its header", header.subarray(0, 100), `${name}: MATLAB file is truncated, expected 128 bytes, got 100`],
    ["big-endian", bigEndian, `${name}: not a little-endian MATLAB 5 file, expected version 0x0100 and "IM", got`],
    ["cut in a matrix", matFile(good).subarray(0, 150), `${name}: MATLAB file is truncated`],
    ["of something else", matFile(element(2, [1, 2])), `${name}: expected one matrix, type 14, got type 2`],
    ["with a variable twice", matFile(good, good), `${name}: the variable "x" is there twice`],
    [
      "with too few numbers",
      matFile(matrix("x", 9, [1, 3], 2, [1, 2])),
      `${name}, "x": 2 numbers for the extents [1, 3]`,
    ],
    ["of text", matFile(matrix("x", 4, [1, 2], 2, [1, 2])), `${name}, "x": class 4, expected numbers, 6 to 13`],
    ["of complex numbers", matFile(matrix("x", 9 | 0x800, [1, 2], 2, [1, 2])), `${name}, "x": complex numbers`],
    [
      "of 64-bit integers",
      matFile(matrix("x", 12, [1, 1], 12, [1, 0, 0, 0, 0, 0, 0, 0])),
      `${name}, "x": numbers of type 12`,
    ],
    ["of one extent", matFile(matrix("x", 9, [2], 2, [1, 2])), `${name}, "x": expected two extents or more`],
    [
      "of half a number",
      matFile(matrix("x", 6, [1, 1], 9, [1, 2, 3])),
      `${name}, "x": 3 bytes are no whole number of 8-byte numbers`,
    ],
    [
      "without a name",
      matFile(element(14, flagsOf(9))),
      `${name}: a matrix does not begin with flags, extents and a name`,
    ],
    ["compressed badly", matFile(element(15, [1, 2, 3, 4])), `${name}: zlib stream of 4 bytes is truncated or damaged`],
  ];
  test.each(cases)("%s", async (_what, bytes, message) => {
    const error: unknown = await decode({ name, bytes }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toContain(message);
  });
});

test("however a file is damaged, it is read or refused with a FormatError", async () => {
  const plain = matFile(matrix("x", 9, [2, 2], 2, [1, 2, 3, 4]), matrix("label", 6, [1, 1], 2, [7]));
  const packed = matFile(element(15, await zlib(matrix("y", 9, [2, 1], 2, [1, 2]))));
  await fuzz([plain, packed], 300, (bytes) => decode({ name, bytes }));
});
