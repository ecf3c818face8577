/** The rectangles: how bright they are in all, and that each image has one. */

import { expect, test } from "vitest";
import { rectangles } from "../../../ebm/data/rectangles.ts";

const { images, ...facts } = rectangles(123);

test("rectangles(seed) are 1 000 black and white images of 32 × 32 without classes", () => {
  expect(facts).toEqual({ name: "rectangles", count: 1000, channels: 1, height: 32, width: 32, labels: null });
  expect(images.length).toBe(1000 * 32 * 32);
  expect(new Set(images)).toEqual(new Set([0, 255]));
});

test("rectangles have the mean, deviation and share of white pixels of the study", () => {
  const white = images.filter((byte) => byte === 255).length / images.length;
  // Of 1 000 areas of mean 110 and deviation 42 in 1 024 pixels: ± 0.0013.
  expect(Math.abs(white - 0.107)).toBeLessThan(0.004);
  const mean = 2 * white - 1;
  expect(Math.abs(mean + 0.786)).toBeLessThan(0.008);
  expect(Math.abs(Math.sqrt(1 - mean ** 2) - 0.619)).toBeLessThan(0.01);
});

test("each image has one rectangle, of sides from 6 to 15; all sides and places occur", () => {
  const seen = { sides: new Set<number>(), rows: new Set<number>(), columns: new Set<number>() };
  for (let item = 0; item < facts.count; item++) {
    const image = images.subarray(item * 1024, (item + 1) * 1024);
    const lit = [...image.keys()].filter((pixel) => image[pixel] === 255);
    const [rows, columns] = [lit.map((pixel) => pixel >> 5), lit.map((pixel) => pixel % 32)];
    const [top, left] = [Math.min(...rows), Math.min(...columns)];
    const [height, width] = [Math.max(...rows) - top + 1, Math.max(...columns) - left + 1];
    expect(lit.length).toBe(height * width);
    seen.sides.add(height).add(width);
    seen.rows.add(top);
    seen.columns.add(left);
  }
  expect([...seen.sides].sort((a, b) => a - b)).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  for (const places of [seen.rows, seen.columns]) expect([Math.min(...places), Math.max(...places)]).toEqual([0, 26]);
});

test("rectangles of a seed are the same again, those of another seed or part are others", () => {
  const sameAs = (...which: Parameters<typeof rectangles>) =>
    rectangles(...which).images.every((byte, i) => byte === images[i]);
  expect([sameAs(123), sameAs(124), sameAs(123, "test")]).toEqual([true, false, false]);
});
