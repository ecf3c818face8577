/** SVHN's files: columns become rows, the label 10 becomes 0, and what is no such file is refused. */

import { expect, test } from "vitest";
import { readSvhn } from "../../../ebm/data/svhn.ts";
import { element, matFile, matrix, zlib } from "../../nn/formats/matFiles.ts";

const name = "train_32x32.mat";

/** The byte of image n, channel c, row r, column k. */
const byteOf = (n: number, c: number, r: number, k: number): number => (97 * n + 31 * c + 5 * r + k) % 256;
const count = 2;
const places = (order: (place: number[]) => void): void => {
  for (let n = 0; n < count; n++)
    for (let c = 0; c < 3; c++) for (let a = 0; a < 32; a++) for (let b = 0; b < 32; b++) order([n, c, a, b]);
};

test("readSvhn gives images [count, 3, 32, 32] by rows, and labels 0 to 9, from compressed arrays by columns", async () => {
  const [columns, rows]: [number[], number[]] = [[], []];
  places(([n, c, k, r]) => columns.push(byteOf(n, c, r, k)));
  places(([n, c, r, k]) => rows.push(byteOf(n, c, r, k)));
  const x = await zlib(matrix("X", 9, [32, 32, 3, count], 2, columns));
  const y = await zlib(matrix("y", 9, [count, 1], 2, [10, 3]));
  const found = await readSvhn({ name, bytes: matFile(element(15, x), element(15, y)) });
  expect(found).toMatchObject({ count, channels: 3, height: 32, width: 32, labels: Uint8Array.of(0, 3) });
  expect([...found.images]).toEqual(rows);
});

test("readSvhn says what is missing, of another shape, or out of range", async () => {
  const x = matrix("X", 9, [32, 32, 3, 1], 2, Array<number>(3072).fill(1));
  const y = (label: number): Uint8Array => matrix("y", 9, [1, 1], 2, [label]);
  const refused = async (...elements: Uint8Array[]): Promise<string> =>
    readSvhn({ name, bytes: matFile(...elements) }).then(
      () => "read",
      (error: unknown) => (error as Error).message,
    );
  expect(await refused(x, y(4))).toBe("read");
  expect(await refused(x)).toBe(`${name}: expected the variables X and y, got X`);
  expect(await refused(x, y(11))).toBe(`${name}: image 0 has label 11, expected 1 to 10`);
  expect(await refused(matrix("X", 9, [3, 2], 2, [1, 2, 3, 4, 5, 6]), y(1))).toBe(
    `${name}: expected X [32, 32, 3, count] and y [count, 1], got X [3, 2], y [1, 1]`,
  );
});
