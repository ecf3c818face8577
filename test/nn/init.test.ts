/** Initial weights: PyTorch's bounds, and one set of numbers for each key. */

import { expect, test } from "vitest";
import { evaluate, foldIn, key, tensorsOf, type Tensor } from "../../engine/index.ts";
import { conv2d, init, linear, toyNet } from "../../nn/index.ts";

const numbers = (x: Tensor): Float64Array => evaluate([x], new Map())[0].data;

const largest = (x: Tensor): number => Math.max(...numbers(x).map(Math.abs));

test("defaultUniform is uniform on ±1/√fanIn, ±1/5 for a fan-in of 25", () => {
  const values = numbers(init.defaultUniform(key(1), [4000], { fanIn: 25, fanOut: 1 }));
  const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.2);
  // Variance b²/3, and that of x² is 4 b⁴/45: five standard deviations of each mean.
  expect(Math.abs(moment(1))).toBeLessThan((5 * 0.2) / Math.sqrt(3 * 4000));
  expect(Math.abs(moment(2) - 0.04 / 3)).toBeLessThan((5 * 0.04 * Math.sqrt(4 / 45)) / Math.sqrt(4000));
});

test("linear(100, 30) starts within ±1/10, weight and bias", () => {
  const { weight, bias } = linear(100, 30).init(key(2));
  // Of 3000 and of 30 numbers the largest is below 0.998 and 0.7 of the bound with probabilities below 0.003 and 3e-5.
  expect(largest(weight)).toBeLessThanOrEqual(0.1);
  expect(largest(weight)).toBeGreaterThan(0.0998);
  expect(largest(bias!)).toBeLessThanOrEqual(0.1);
  expect(largest(bias!)).toBeGreaterThan(0.07);
});

test("conv2d(4, 8, 5) starts within ±1/10, since an output sums 4 · 5 · 5 inputs", () => {
  const { weight, bias } = conv2d(4, 8, 5).init(key(3));
  expect(largest(weight)).toBeLessThanOrEqual(0.1);
  expect(largest(weight)).toBeGreaterThan(0.09);
  expect(largest(bias!)).toBeLessThanOrEqual(0.1);
});

test("init(key) draws the same numbers from the same key, others from another, and no two layers alike", () => {
  const drawn = (seed: number) =>
    tensorsOf(toyNet({ width: 4 }).init(foldIn(key(seed), 1))).map((leaf) => [...numbers(leaf)]);
  expect(drawn(1)).toEqual(drawn(1));
  const firsts = [...drawn(1), ...drawn(2)].map(
    ([first], at) => first * Math.sqrt([2, 2, 4, 4, 8, 8, 8, 8, 8, 8][at % 10]),
  );
  expect(new Set(firsts.map((first) => first.toFixed(6))).size).toBe(20);
});

test("linear and conv2d have no bias with { bias: false }", () => {
  expect(Object.keys(linear(2, 3, { bias: false }).init(key(1)))).toEqual(["weight"]);
  expect(Object.keys(conv2d(2, 3, 1, { bias: false }).init(key(1)))).toEqual(["weight"]);
});
