/** Permutations computed place by place. */

import { expect, test } from "vitest";
import { permute } from "../../../engine/random/permutation.ts";
import { split, threefry2x32, type Key } from "../../../engine/random/threefry.ts";

const permutation = (key: Key, n: number): number[] => Array.from({ length: n }, (_, i) => permute(key, i, n));

/** Σ (observed − expected)² / expected, with all expected equal. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/**
 * Five standard deviations above the mean of chi-square, after Wilson and Hilferty: a fair generator exceeds it with
 * probability 3e-7. The keys are fixed, so a test that passes once passes always.
 */
const farAbove = (freedom: number): number => freedom * (1 - 2 / (9 * freedom) + 5 * Math.sqrt(2 / (9 * freedom))) ** 3;

test("permute(key, i, n) is a permutation for every n up to 300", () => {
  for (let n = 1; n <= 300; n++)
    expect(permutation([n, 9], n).sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
});

test("permute(key, i, n) is a permutation for large n, around powers of two too", () => {
  for (const n of [4095, 4096, 4097, 50_000, 65_537]) {
    const seen = new Uint8Array(n);
    for (const place of permutation([1, n], n)) seen[place] = 1;
    expect(seen.indexOf(0), `a place of ${n} that nothing goes to`).toBe(-1);
  }
});

test("permute(key, i, n) sends different positions to different places for n up to 2³² − 1", () => {
  for (const n of [2 ** 31, 2 ** 31 + 1, 3_000_000_019, 2 ** 32 - 1]) {
    const places = new Set<number>();
    for (let i = 0; i < 2000; i++) places.add(permute([2, 3], i, n)).add(permute([2, 3], n - 1 - i, n));
    expect(places.size).toBe(4000);
    for (const place of places) expect(place).toBeLessThan(n);
  }
});

test("permute(key, i, n) ends for positions and sizes that make no sense", () => {
  expect(permute([1, 2], 0, 0)).toBeTypeOf("number");
  expect(permute([1, 2], 1000, 10)).toBeTypeOf("number");
});

test.each([2, 3, 4, 5, 6])("permute(key, i, %i) gives all permutations equally often over keys", (n) => {
  let factorial = 1;
  for (let k = 2; k <= n; k++) factorial *= k;
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 60 * factorial; draw++) {
    const name = permutation(split([4, n], draw), n).join();
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  expect(counts.size).toBe(factorial);
  expect(chiSquare([...counts.values()])).toBeLessThan(farAbove(factorial - 1));
});

test.each([9, 10, 16, 31, 64])("permute(key, i, %i) sends every position everywhere equally often", (n) => {
  const counts = new Array<number>(n * n).fill(0);
  for (let draw = 0; draw < 1000; draw++)
    permutation(threefry2x32([5, n], [draw, 0]), n).forEach((place, i) => {
      counts[i * n + place]++;
    });
  expect(chiSquare(counts)).toBeLessThan(farAbove((n - 1) ** 2));
});

test.each([9, 25, 1000])("permute(key, i, %i) leaves no trace of neighbours", (n) => {
  const counts = new Array<number>(n - 1).fill(0);
  for (let draw = 0; draw < 60_000 / n; draw++) {
    const places = permutation(split([6, n], draw), n);
    for (let i = 0; i + 1 < n; i++) {
      const gap = (places[i + 1] - places[i] + n) % n;
      counts[gap - 1]++;
    }
  }
  expect(chiSquare(counts)).toBeLessThan(farAbove(n - 2));
});

test("permute(key, i, 9) is odd as often as even", () => {
  let odd = 0;
  const draws = 4000;
  for (let draw = 0; draw < draws; draw++) odd += parityOf(permutation(split([7, 7], draw), 9));
  // Five standard deviations of a fair coin.
  expect(Math.abs(odd / draws - 0.5)).toBeLessThan(2.5 / Math.sqrt(draws));
});

function parityOf(places: readonly number[]): number {
  let inversions = 0;
  places.forEach((place, i) => {
    for (const later of places.slice(i + 1)) inversions += later < place ? 1 : 0;
  });
  return inversions % 2;
}
