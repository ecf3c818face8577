/** Image sizes, as PIL and torchvision change them. */

import { expect, test } from "vitest";
import { resizePlanes } from "../../../ebm/data/resize.ts";

const row = (...values: number[]) => Uint8Array.of(...values, ...values);

test("resizePlanes enlarges with half-pixel centres, and holds the border", () => {
  expect([...resizePlanes(row(0, 40), 2, 2, 4)].slice(0, 4)).toEqual([0, 10, 30, 40]);
  // Both ways at once: rows 0, 0.25, 0.75, 1 of the way down.
  expect([...resizePlanes(Uint8Array.of(0, 40, 80, 120), 2, 2, 4)]).toEqual([
    ...[0, 10, 30, 40],
    ...[20, 30, 50, 60],
    ...[60, 70, 90, 100],
    ...[80, 90, 110, 120],
  ]);
});

test("resizePlanes reduces by two with weights 1, 3, 3, 1, which at the border are 3, 3, 1", () => {
  // (3 · 0 + 3 · 70 + 140) / 7 = 50, and (70 + 3 · 140 + 3 · 210) / 7 = 160.
  expect([...resizePlanes(row(0, 70, 140, 210), 2, 4, 2)].slice(0, 2)).toEqual([50, 160]);
  // A stripe of one pixel in eight, in the middle of a long row: 3/8 of it stays, and nothing vanishes between samples.
  const stripe = Uint8Array.from({ length: 8 }, (_, i) => (i === 3 ? 240 : 0));
  const rows = Uint8Array.from({ length: 32 }, (_, i) => stripe[i % 8]);
  expect([...resizePlanes(rows, 4, 8, 4)].slice(0, 4)).toEqual([0, 90, 30, 0]);
});

test("resizePlanes gives what PyTorch's interpolate gives with antialias, which PIL gives too", () => {
  const planes = Uint8Array.of(
    49,
    184,
    251,
    129,
    232,
    202,
    214,
    199,
    126,
    162,
    128,
    215,
    236,
    45,
    210,
    95,
    122,
    235,
    130,
    3,
    251,
    237,
    110,
    223,
    52,
    250,
    206,
    164,
    171,
    38,
    52,
    153,
    158,
    147,
    226,
  );
  expect([...resizePlanes(planes, 7, 5, 3)]).toEqual([162, 195, 160, 166, 181, 100, 185, 165, 136]);
});

test("resizePlanes takes planes that are not square, each apart from the others", () => {
  const two = Uint8Array.of(0, 60, 120, 0, 60, 120, 255, 255, 255, 255, 255, 255);
  expect([...resizePlanes(two, 2, 3, 2)]).toEqual([23, 98, 23, 98, 255, 255, 255, 255]);
});

test("resizePlanes rounds half up, and leaves planes of the wanted size alone", () => {
  expect([...resizePlanes(Uint8Array.of(0, 1, 0, 1), 2, 2, 1)]).toEqual([1]);
  const planes = Uint8Array.of(1, 2, 3, 4);
  expect(resizePlanes(planes, 2, 2, 2)).toBe(planes);
});
