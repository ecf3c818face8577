/** Images mirrored and moved: where each pixel comes from, and how often. */

import { expect, test } from "vitest";
import { iota, key, toArray } from "../../../engine/index.ts";
import { augmented, type Augmentation } from "../../../ebm/data/augment.ts";
import { draw } from "../../engine/draw.ts";
import { expectAgreement } from "../../engine/threeWays.ts";
import "../../engine/opened.ts";

const rows = 3;
const columns = 4;
const count = 400;

/** 400 times the image 0 … 11 of 3 × 4 pixels, augmented: each result as text, and how often there is one like it. */
async function kinds(changes: Augmentation, seed = 1): Promise<Map<string, number>> {
  const images = iota([1, 1, rows, columns]).broadcast([count, 1, rows, columns]);
  const { data } = await toArray(augmented(images, key(seed), changes));
  const found = new Map<string, number>();
  for (let n = 0; n < count; n++) {
    const name = data.slice(n * rows * columns, (n + 1) * rows * columns).join(" ");
    found.set(name, (found.get(name) ?? 0) + 1);
  }
  return found;
}

/** The image, mirrored or not, moved down and right by as many pixels, with reflected borders. */
function expected(down: number, right: number, mirrored: boolean): string {
  const reflect = (at: number, extent: number) => {
    const distance = Math.abs(at);
    return distance < extent ? distance : 2 * (extent - 1) - distance;
  };
  return Array.from({ length: rows * columns }, (_, p) => {
    const [row, column] = [Math.floor(p / columns), p % columns];
    const from = mirrored ? columns - 1 - column : column;
    return reflect(row + down, rows) * columns + reflect(from + right, columns);
  }).join(" ");
}

test("augmented(images, { flip }) mirrors about half of the images left and right", async () => {
  const found = await kinds({ flip: true, crop: 0 });
  expect([...found.keys()].sort()).toEqual([expected(0, 0, false), expected(0, 0, true)].sort());
  expect(expected(0, 0, true)).toBe("3 2 1 0 7 6 5 4 11 10 9 8");
  // 400 coins: ± 4 standard deviations.
  expect(Math.abs((found.get(expected(0, 0, true)) ?? 0) - 200)).toBeLessThan(40);
});

test("augmented(images, { crop }) takes each piece of the image with its reflected border about as often", async () => {
  const found = await kinds({ flip: false, crop: 1 });
  const moves = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => expected(down, right, false)));
  expect([...found.keys()].sort()).toEqual(moves.sort());
  expect(expected(-1, 1, false)).toBe("5 6 7 6 1 2 3 2 5 6 7 6");
  for (const times of found.values()) expect(Math.abs(times - count / 9)).toBeLessThan(4 * Math.sqrt(count / 9));
});

test("augmented(images, { flip, crop }) mirrors what it has cropped", async () => {
  const all = [false, true].flatMap((mirrored) =>
    [-2, -1, 0, 1, 2].flatMap((down) => [-2, -1, 0, 1, 2].map((right) => expected(down, right, mirrored))),
  );
  for (const kind of (await kinds({ flip: true, crop: 2 })).keys()) expect(all).toContain(kind);
});

test("augmented(images, key) does the same for a key again, and something else for another", async () => {
  const changes = { flip: true, crop: 2 };
  expect(await kinds(changes)).toEqual(await kinds(changes));
  expect(await kinds(changes, 2)).not.toEqual(await kinds(changes));
});

test("augmented agrees with the reference, eager, compiled and replayed, to the bit", async () => {
  await expectAgreement((x) => augmented(x, key(3), { flip: true, crop: 2 }), [draw(1, [5, 3, 6, 7])], {
    exactly: true,
  });
});

test("augmented leaves images alone when nothing is asked for", () => {
  const images = iota([2, 1, 3, 4]);
  expect(augmented(images, key(1), { flip: false, crop: 0 })).toBe(images);
});
