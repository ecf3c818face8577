/** Normal numbers: the table is what its formula says, and the draws are normal. */

import { expect, test } from "vitest";
import { erfc } from "../../../engine/numerics/special.ts";
import { normalFromBits } from "../../../engine/random/normal.ts";
import { normalTable } from "../../../engine/random/normalTable.ts";
import { randomBits } from "../../../engine/random/threefry.ts";
import { digest } from "../digest.ts";

/** Φ(−z), the probability of more than z. */
const tail = (z: number): number => erfc(z / Math.SQRT2) / 2;

/**
 * The z ≥ 0 with Φ(−z) = p, 0 < p ≤ ½, by Newton's method on log Φ(−z). That function is concave and decreasing, so
 * the first step from 0 lands beyond the root and all others come back towards it.
 */
function quantile(p: number): number {
  let z = 0;
  for (let iteration = 0; iteration < 60; iteration++) {
    const q = tail(z);
    const step = ((Math.log(q) - Math.log(p)) * q * Math.sqrt(2 * Math.PI)) / Math.exp((-z * z) / 2);
    z += step;
    if (Math.abs(step) < 1e-14) break;
  }
  return z;
}

test("normalTable is the formula of its docstring, entry by entry", () => {
  expect(normalTable.length).toBe(4 * 504);
  for (let octave = 0; octave <= 30; octave++)
    for (let end = 0; end <= 64; end++) {
      const p = Math.min(0.5, (2 ** octave * (1 + end / 64) + 0.5) / 2 ** 32);
      expect(normalTable[65 * octave + end], `octave ${octave}, end ${end}`).toBe(Math.round(quantile(p) * 2 ** 21));
    }
});

test("normalTable, its last octave twice, has the digest a4df76c5", () => {
  const padded = new Int32Array(32 * 65);
  padded.set(normalTable.subarray(0, 31 * 65));
  padded.set(normalTable.subarray(30 * 65, 31 * 65), 31 * 65);
  expect(digest(padded)).toBe("a4df76c5");
});

test("normalFromBits(bits) changes its sign with the top bit, and is exactly an f32", () => {
  for (let i = 0; i < 4096; i++) {
    const bits = randomBits([1, 1], i) >>> 1;
    const z = normalFromBits(bits);
    expect(z).toBeGreaterThanOrEqual(0);
    expect(normalFromBits((bits | 0x80000000) >>> 0)).toBe(0 - z);
    expect(Math.fround(z)).toBe(z);
  }
});

test("normalFromBits(bits) falls from 6.17 to 0 as the tail probability grows", () => {
  expect(normalFromBits(0)).toBe(normalFromBits(1));
  expect(normalFromBits(1)).toBeCloseTo(6.1664, 4);
  expect(normalFromBits(0x7fffffff)).toBe(0);
  expect(normalFromBits(0xffffffff)).toBe(0);
  let rises = 0;
  for (let i = 1; i < 2 ** 16; i++) {
    if (normalFromBits(i + 1) > normalFromBits(i)) rises++;
    if (normalFromBits((i + 1) * 2 ** 15 - 1) > normalFromBits(i * 2 ** 15 - 1)) rises++;
  }
  expect(rises).toBe(0);
});

// A straight line across one of 64 segments misses the quantile by at most width²/8 times its curvature, which is most in
// the middle of the tail's highest octaves; the bound was measured over 2²⁴ inputs and rounded up.
const interpolationError = 1.4e-5;

test("normalFromBits(bits) stays within 1.4e-5 of the exact quantile", () => {
  let worst = 0;
  const check = (v: number) => {
    worst = Math.max(worst, Math.abs(normalFromBits(v) - quantile((v + 0.5) / 2 ** 32)));
  };
  for (let i = 0; i < 2 ** 12; i++) check(i * 2 ** 19 + 2 ** 18);
  for (let octave = 0; octave < 31; octave++)
    for (let i = 0; i < 256; i++) check(Math.floor(2 ** octave * (1 + i / 256)));
  expect(worst).toBeLessThan(interpolationError);
});

test("normalFromBits(bits) over evenly spaced bits has the distribution of N(0, 1)", () => {
  const count = 2 ** 16;
  let [distance, square, fourth] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const z = normalFromBits(0x7fffffff - Math.floor(((i + 0.5) * 2 ** 31) / count));
    distance = Math.max(distance, Math.abs(2 * tail(z) - (count - i - 0.5) / count));
    square += z ** 2 / count;
    fourth += z ** 4 / count;
  }
  // Kolmogorov's distance is at most the error of the quantile times the largest density of |z|, 0.8.
  expect(distance).toBeLessThan(0.8 * interpolationError);
  // Midpoints leave out the ends of the tail: about 5e-5 of the variance, 1e-3 of the fourth moment, 3.
  expect(Math.abs(square - 1)).toBeLessThan(2e-4);
  expect(Math.abs(fourth - 3)).toBeLessThan(5e-3);
});

test("normalFromBits(randomBits(key, i)) has the moments of N(0, 1)", () => {
  const count = 2 ** 17;
  const sums = [0, 0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const z = normalFromBits(randomBits([5, 6], i));
    for (let power = 1; power <= 4; power++) sums[power] += z ** power / count;
  }
  // Five standard deviations of each mean: the variance of zᵏ is 1, 2, 15 and 96.
  [0, 1, 0, 3].forEach((moment, k) => {
    const deviation = Math.sqrt([1, 2, 15, 96][k] / count);
    expect(Math.abs(sums[k + 1] - moment), `moment ${k + 1}`).toBeLessThan(5 * deviation);
  });
});
