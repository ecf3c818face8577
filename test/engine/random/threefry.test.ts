/** The generator, and how one key makes others. */

import { assert, property, integer, tuple } from "fast-check";
import { expect, test } from "vitest";
import { foldIn, keyOf, randomBits, split, threefry2x32, type Key } from "../../../engine/random/threefry.ts";

const word = integer({ min: 0, max: 0xffffffff });
const words = tuple(word, word);

test("threefry2x32(key, counter) gives the known answers of Random123 for 20 rounds", () => {
  expect(threefry2x32([0, 0], [0, 0])).toEqual([0x6b200159, 0x99ba4efe]);
  const ones = 0xffffffff;
  expect(threefry2x32([ones, ones], [ones, ones])).toEqual([0x1cb996fc, 0xbb002be7]);
  expect(threefry2x32([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3])).toEqual([0xc4923a9c, 0x483df7a0]);
});

test("threefry2x32(key, counter) flips half of its 64 bits when one bit of key or counter flips", () => {
  let flipped = 0;
  const draws = 1024;
  for (let draw = 0; draw < draws; draw++) {
    const key = threefry2x32([7, draw], [0, 0]);
    const counter = threefry2x32([8, draw], [0, 0]);
    const one = 2 ** (draw % 32);
    const other: [Key, Key] =
      draw % 2 === 0 ? [[key[0] ^ one, key[1]], counter] : [key, [counter[0], counter[1] ^ one]];
    const [before, after] = [threefry2x32(key, counter), threefry2x32(...other)];
    flipped += ones(before[0] ^ after[0]) + ones(before[1] ^ after[1]);
  }
  // The mean of 64 · 1024 fair coins has a standard deviation of 0.5 / √65536 ≈ 0.002; five of them are allowed.
  expect(Math.abs(flipped / (64 * draws) - 0.5)).toBeLessThan(0.01);
});

const ones = (word: number): number => (word >>> 0).toString(2).replaceAll("0", "").length;

test("randomBits, split and foldIn use the counters (i, 0), (i, 1) and (i, 2), so that no two uses of a key meet", () => {
  assert(
    property(words, word, (key, i) => {
      expect(randomBits(key, i)).toBe(threefry2x32(key, [i, 0])[0]);
      expect(split(key, i)).toEqual(threefry2x32(key, [i, 1]));
      expect(foldIn(key, i)).toEqual(threefry2x32(key, [i, 2]));
    }),
  );
});

test("split(key, i) names streams that do not correlate", () => {
  const count = 4096;
  const [a, b] = [split([0, 1], 0), split([0, 1], 1)];
  let product = 0;
  for (let i = 0; i < count; i++) product += (randomBits(a, i) / 2 ** 32 - 0.5) * (randomBits(b, i) / 2 ** 32 - 0.5);
  // Products of two independent uniforms have variance 1/144: five standard deviations of their mean.
  expect(Math.abs(product / count)).toBeLessThan(5 / 12 / Math.sqrt(count));
});

test("keyOf(seed) keeps the 53 bits of a seed apart", () => {
  expect(keyOf(0)).toEqual([0, 0]);
  expect(keyOf(2 ** 32 - 1)).toEqual([0, 0xffffffff]);
  expect(keyOf(2 ** 53 - 1)).toEqual([0x1fffff, 0xffffffff]);
});

test("keyOf(seed) throws for what is not an integer in [0, 2⁵³)", () => {
  for (const seed of [-1, 1.5, 2 ** 53, NaN]) expect(() => keyOf(seed)).toThrow(`from 0 to 2⁵³ − 1, got ${seed}`);
});
