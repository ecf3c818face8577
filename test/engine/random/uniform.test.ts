/** Uniform numbers and indices. */

import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { randomBits } from "../../../engine/random/threefry.ts";
import { bernoulliFromBits, multiplyHigh, randomIndex, uniformFromBits } from "../../../engine/random/uniform.ts";

const word = integer({ min: 0, max: 0xffffffff });

test("uniformFromBits(bits) is a multiple of 2⁻²⁴ in [0, 1) and an f32", () => {
  expect(uniformFromBits(0)).toBe(0);
  expect(uniformFromBits(0xff)).toBe(0);
  expect(uniformFromBits(0x100)).toBe(2 ** -24);
  expect(uniformFromBits(0xffffffff)).toBe(1 - 2 ** -24);
  assert(property(word, (bits) => Math.fround(uniformFromBits(bits)) === uniformFromBits(bits)));
});

test("uniformFromBits(randomBits(key, i)) has the moments of a uniform number", () => {
  const count = 2 ** 16;
  const draws = Array.from({ length: count }, (_, i) => uniformFromBits(randomBits([3, 4], i)));
  const moment = (power: number) => draws.reduce((sum, u) => sum + u ** power, 0) / count;
  // Five standard deviations of the mean of u and of u²: √(1/12) and √(4/45).
  expect(Math.abs(moment(1) - 1 / 2)).toBeLessThan((5 * Math.sqrt(1 / 12)) / Math.sqrt(count));
  expect(Math.abs(moment(2) - 1 / 3)).toBeLessThan((5 * Math.sqrt(4 / 45)) / Math.sqrt(count));
});

test("multiplyHigh(a, b) is the upper word of the exact product", () => {
  const exact = (a: number, b: number) => Number((BigInt(a) * BigInt(b)) >> 32n);
  for (const a of [0, 1, 0xffff, 0x10000, 0xffffffff])
    for (const b of [0, 1, 0xffff, 0x10000, 0xffffffff]) expect(multiplyHigh(a, b)).toBe(exact(a, b));
  assert(property(word, word, (a, b) => multiplyHigh(a, b) === exact(a, b)));
});

test("randomIndex(bits, n) reaches every index from 0 to n − 1 equally often", () => {
  const n = 7;
  const counts = new Array<number>(n).fill(0);
  const cells = 7 * 1024;
  for (let cell = 0; cell < cells; cell++) {
    const index = randomIndex(Math.floor(((cell + 0.5) * 2 ** 32) / cells), n);
    counts[index]++;
  }
  expect(counts).toEqual(new Array(n).fill(1024));
  expect(randomIndex(0xffffffff, n)).toBe(n - 1);
  expect(randomIndex(0xffffffff, 0xffffffff)).toBe(0xfffffffe);
});

test("bernoulliFromBits(bits, p) holds for the lowest p · 2³² words, for none if p is 0 and for all if it is 1", () => {
  for (const bits of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
    expect(bernoulliFromBits(bits, 0)).toBe(0);
    expect(bernoulliFromBits(bits, 1)).toBe(1);
    expect(bernoulliFromBits(bits, 0.5)).toBe(Number(bits < 2 ** 31));
    expect(bernoulliFromBits(bits, 2 ** -31)).toBe(Number(bits < 2));
    expect(bernoulliFromBits(bits, 1 - 2 ** -24)).toBe(Number(bits < 2 ** 32 - 2 ** 8));
  }
  assert(
    property(word, word, (bits, share) => {
      const p = Math.fround(share / 2 ** 32);
      return bernoulliFromBits(bits, p) === Number(BigInt(bits) < BigInt(p * 2 ** 32));
    }),
  );
});
