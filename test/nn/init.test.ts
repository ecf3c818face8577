/** Initial weights: PyTorch's bounds, and one set of numbers for each key. */

import { expect, test } from "vitest";
import { evaluate, foldIn, key, tensorsOf, type Tensor } from "../../engine/index.ts";
import { conv2d, convTranspose2d, init, linear, toyNet, type Initializer } from "../../nn/index.ts";

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

/** Mean, and variance around it. */
function moments(values: Float64Array): [mean: number, variance: number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length];
}

const fans = { fanIn: 8, fanOut: 24 };

const rows: { name: string; initializer: Initializer; variance: number; bound: number }[] = [
  { name: "xavierUniform(2)", initializer: init.xavierUniform(2), variance: 1 / 4, bound: Math.sqrt(3 / 4) },
  { name: "xavierNormal(2)", initializer: init.xavierNormal(2), variance: 1 / 4, bound: Infinity },
  { name: "kaimingUniform()", initializer: init.kaimingUniform(), variance: 1 / 4, bound: Math.sqrt(3 / 4) },
  {
    name: 'kaimingNormal({ leak: 1, fan: "fanOut" })',
    initializer: init.kaimingNormal({ leak: 1, fan: "fanOut" }),
    variance: 1 / 24,
    bound: Infinity,
  },
  {
    name: 'kaimingUniform({ leak: 2, fan: "fanOut" })',
    initializer: init.kaimingUniform({ leak: 2, fan: "fanOut" }),
    variance: 1 / 60,
    bound: Math.sqrt(1 / 20),
  },
  { name: "normal(0.5)", initializer: init.normal(0.5), variance: 1 / 4, bound: Infinity },
];

test.each(rows)("$name has mean 0 and the variance $variance for fans of 8 and 24", (row) => {
  const values = numbers(row.initializer(key(5), [4000], fans));
  const [mean, variance] = moments(values);
  // Five standard deviations of mean and variance; the latter is √2 of itself over √n for a normal, less for a uniform.
  expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(row.variance / 4000));
  expect(Math.abs(variance / row.variance - 1)).toBeLessThan(5 * Math.sqrt(2 / 4000));
  const most = Math.max(...values.map(Math.abs));
  if (Number.isFinite(row.bound)) {
    expect(most).toBeLessThanOrEqual(row.bound * (1 + 2 ** -23));
    expect(most).toBeGreaterThan(0.99 * row.bound);
  } else expect(most).toBeGreaterThan(3 * Math.sqrt(row.variance));
});

test("normal(deviation, mean), constant(value) and zeros give what they say", () => {
  const values = numbers(init.normal(0, 3)(key(1), [2], fans));
  expect([...values]).toEqual([3, 3]);
  expect([...numbers(init.constant(0.25)(key(1), [2], fans))]).toEqual([0.25, 0.25]);
  expect([...numbers(init.zeros(key(1), [2], fans))]).toEqual([0, 0]);
});

test("fansOf counts as PyTorch does, for transposed convolutions with the names exchanged", () => {
  expect(init.fansOf([3, 5])).toEqual({ fanIn: 5, fanOut: 3 });
  expect(init.fansOf([3, 5, 2, 4])).toEqual({ fanIn: 40, fanOut: 24 });
  const { weight } = convTranspose2d(2, 25, 2).init(key(4));
  expect([weight.shape, largest(weight) <= 0.1, largest(weight) > 0.09]).toEqual([[2, 25, 2, 2], true, true]);
});

test("layers take where weight and bias begin apart", () => {
  const { weight, bias } = conv2d(2, 3, 1, { init: { weight: init.constant(2) } }).init(key(1));
  expect([...numbers(weight)]).toEqual([2, 2, 2, 2, 2, 2]);
  expect(largest(bias!)).toBeLessThanOrEqual(Math.SQRT1_2);
  expect([...numbers(linear(2, 2, { init: { bias: init.zeros } }).init(key(1)).bias!)]).toEqual([0, 0]);
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
