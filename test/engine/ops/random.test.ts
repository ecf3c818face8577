/** Random numbers through the engine: the same bits eagerly, compiled, in a loop and in the reference; pinned for good. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bernoulli,
  bits,
  categorical,
  choice,
  compile,
  dropout,
  foldIn,
  fromArray,
  grad,
  key,
  loop,
  normal,
  permutation,
  randomIndex,
  reference,
  scope,
  shuffle,
  split,
  sum,
  take,
  tensor,
  toArray,
  uniform,
  type Tensor,
} from "../../../engine/index.ts";
import { digest } from "../digest.ts";
import { draw, seeds, u32 } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement } from "../threeWays.ts";

/** Standard deviations allowed to a count: one beyond has a probability of 6e-7, and the keys here are fixed. */
const FAR = 5;

/** More than a workgroup, prime. */
const shape = [3, 1031];

interface Stream {
  name: string;
  draws: (key: Tensor) => Tensor;
  digest: string;
}

const streams: Stream[] = [
  { name: "normal", draws: (k) => normal(k, shape), digest: "c4a300fb" },
  { name: "uniform", draws: (k) => uniform(k, shape), digest: "5fdd49f9" },
  { name: "uniform(−1, 1)", draws: (k) => uniform(k, shape, -1, 1), digest: "9ad2617e" },
  { name: "bits", draws: (k) => bits(k, shape), digest: "f74417f7" },
  { name: "randomIndex", draws: (k) => randomIndex(k, shape, 60_000), digest: "fd1fbc3c" },
  { name: "choice", draws: (k) => choice(k, 60_000, 1031), digest: "b5c069e9" },
  { name: "choice with replacement", draws: (k) => choice(k, 60_000, 1031, { replace: true }), digest: "2c8cb7d6" },
  { name: "permutation", draws: (k) => permutation(k, 1031), digest: "0e53ff3a" },
  { name: "bernoulli", draws: (k) => bernoulli(k, shape, 0.3), digest: "cd0ed87c" },
  { name: "dropout", draws: (k) => dropout(k, normal(split(k, 1).reshape([]), shape), 0.75), digest: "c9b33761" },
  { name: "split", draws: (k) => split(k, 1031), digest: "cf1b597d" },
  {
    name: "normal of a split key",
    draws: (k) =>
      normal(
        split(foldIn(k, 7), 3)
          .slice([[1, 2]])
          .reshape([]),
        shape,
      ),
    digest: "ab339eb5",
  },
];

test.each(streams)("$name is the same bit for bit in all three ways", async ({ draws, digest: known }) => {
  const seed = 20260917;
  const words = ({ data }: { data: ArrayLike<number> }, like: Float32Array | Uint32Array) =>
    like instanceof Float32Array ? Float32Array.from(data) : Uint32Array.from(data);
  const eager = (await toArray(scope(() => draws(key(seed))))).data;
  const program = compile(draws);
  expect(digest(eager)).toBe(known);
  expect(digest((await toArray(program(key(seed)))).data)).toBe(known);
  const inReference = reference(draws as never)({ ...u32([], 0, seed), dtype: "key" }) as { data: Float64Array };
  expect(digest(words(inReference, eager))).toBe(known);
});

test("keys are data: a compiled program draws from another without being traced again", async () => {
  const program = compile((k: Tensor, step: Tensor) => normal(foldIn(k, step), [5]));
  const plan = await program.prepare(key(1), 0);
  for (const [seed, step] of [
    [1, 0],
    [2 ** 53 - 1, 1],
    [3, 70_000],
  ]) {
    expect(await program.prepare(key(seed), step)).toBe(plan);
    const eager = scope(() => normal(foldIn(key(seed), step), [5]));
    expect((await toArray(program(key(seed), step))).data).toEqual((await toArray(eager)).data);
  }
});

test("numbers of every shape, alone and inside an expression, are those of the reference", () =>
  check(
    fc.tuple(fc.constantFrom([], [1], [65], [3, 5], [0], [2, 3, 4]), seeds),
    ([shape, seed]) =>
      expectAgreement(
        (k, x) => [
          normal(k, shape),
          uniform(k, shape).mul(2).sub(1).mul(x),
          bits(foldIn(k, 3), shape),
          split(k, 3),
          normal(k, [4, ...shape])
            .slice([[1, 2]])
            .transpose(),
        ],
        [{ ...u32([], seed, 1), dtype: "key" }, draw(seed, [])],
      ),
    6,
  ));

test("choice(k, n, count) takes each index at most once, and all of them when count = n", async () => {
  for (const [n, count] of [
    [1, 1],
    [7, 3],
    [100, 100],
    [50_000, 128],
  ]) {
    const { data } = await toArray(choice(key(n), n, count));
    expect(new Set(data).size).toBe(count);
    expect(data.findIndex((index) => index >= n)).toBe(-1);
  }
  expect(() => choice(key(1), 3, 4)).toThrow(new RangeError("choice: 4 distinct indices out of 3"));
});

test("choice(k, n, count, { replace: true }) draws each index alike, some of them twice", async () => {
  const { data } = await toArray(choice(key(3), 5, 5000, { replace: true }));
  const counts = [0, 1, 2, 3, 4].map((index) => data.filter((drawn) => drawn === index).length);
  expect(counts.reduce((a, b) => a + b)).toBe(5000);
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(FAR * Math.sqrt(5000 * 0.2 * 0.8));
  expect(() => choice(key(1), 0, 2, { replace: true })).toThrow(new RangeError("choice: 2 indices out of none"));
  expect(choice(key(1), 0, 0).shape).toEqual([0]);
});

test("permutation(k, n) has each of 0 … n − 1 once, shuffle(k, x) the rows of x in that order", async () => {
  const { data } = await toArray(permutation(key(4), 70));
  expect(Array.from(data).sort((a, b) => a - b)).toEqual(Array.from({ length: 70 }, (_, i) => i));
  const x = draw(1, [70, 2]);
  const rows = (await toArray(shuffle(key(4), fromArray(x)))).data;
  expect(Array.from(rows)).toEqual(Array.from(data).flatMap((row) => Array.from(x.data.slice(2 * row, 2 * row + 2))));
});

describe("bernoulli", () => {
  const held = async (p: number | Tensor, shape: readonly number[]): Promise<Uint32Array> =>
    (await toArray(bernoulli(key(6), shape, p))).data as Uint32Array;

  test("bernoulli(k, shape, p) holds with frequency p, exactly never and always at 0 and 1", async () => {
    const count = 20_000;
    for (const p of [0, 1e-3, 0.3, 0.5, 0.9, 1]) {
      const hits = (await held(p, [count])).reduce((sum, hit) => sum + hit, 0);
      expect(Math.abs(hits - count * p)).toBeLessThanOrEqual(FAR * Math.sqrt(count * p * (1 - p)));
    }
  });

  test("bernoulli(k, shape, p) of a tensor p holds where bernoulli of its numbers does", async () => {
    const mixed = await held(tensor([[0], [0.3], [1]]), [3, 50]);
    const [none, some, all] = await Promise.all([0, 0.3, 1].map((p) => held(p, [3, 50])));
    expect(Array.from(mixed)).toEqual([...none.slice(0, 50), ...some.slice(50, 100), ...all.slice(100)]);
    await expectAgreement(
      (k, p) => bernoulli(k, [4, 70], p),
      [{ ...u32([], 0, 5), dtype: "key" }, draw(1, [70], 0, 1)],
      {
        exactly: true,
      },
    );
  });

  test("bernoulli() and dropout() want probabilities", () => {
    expect(() => bernoulli(key(1), [2], 1.5)).toThrow(new RangeError("bernoulli: a probability is in [0, 1], got 1.5"));
    expect(() => bernoulli(key(1), [2], NaN)).toThrow(new RangeError("bernoulli: a probability is in [0, 1], got NaN"));
    expect(() => dropout(key(1), tensor([1]), 1)).toThrow(new RangeError("dropout: the rate is in [0, 1), got 1"));
    expect(() => bernoulli(tensor([1]), [1], 0.5)).toThrow(/^bits: takes key and u32, got f32/);
  });
});

describe("categorical", () => {
  test("categorical(k, weights, shape) draws each class as often as its weight says, one of weight 0 never", async () => {
    const weights = [0, 1, 3, 0, 4, 0];
    const { data } = await toArray(categorical(key(9), tensor(weights), [8000]));
    weights.forEach((weight, index) => {
      const share = weight / 8;
      const drawn = data.filter((one) => one === index).length;
      expect(Math.abs(drawn - 8000 * share)).toBeLessThanOrEqual(FAR * Math.sqrt(8000 * share * (1 - share)));
    });
  });

  test("each row has weights of its own", async () => {
    const certain = tensor([
      [0, 0, 5],
      [0, 0.1, 0],
      [1e-30, 0, 0],
    ]);
    expect(Array.from((await toArray(categorical(key(1), certain))).data)).toEqual([2, 1, 0]);
    const two = Array.from((await toArray(categorical(key(1), certain, [4, 3]))).data);
    expect(two).toEqual([2, 1, 0, 2, 1, 0, 2, 1, 0, 2, 1, 0]);
  });

  test("the same classes everywhere, where the sums are exact", () =>
    expectAgreement(
      (k, w) => [categorical(k, w), categorical(k, w.mul(2), [5, 70]), categorical(k, w.slice([[0, 1]]), [1000])],
      [
        { ...u32([], 0, 5), dtype: "key" },
        { ...draw(1, [70, 7]), data: draw(1, [70, 7], 0, 8).data.map(Math.floor) },
      ],
      { exactly: true },
    ));

  test("categorical() names what it cannot do", () => {
    expect(() => categorical(key(1), fromArray({ ...u32([2, 0]), dtype: "f32", data: new Float32Array() }))).toThrow(
      new RangeError("categorical: no classes in weights of [2, 0]"),
    );
    expect(() => categorical(key(1), tensor([1], "u32"))).toThrow(new TypeError("categorical: takes f32, got u32"));
    expect(() => categorical(key(1), tensor([[1], [2]]), [3])).toThrow(
      /^mul: shapes do not broadcast|^lessEqual: shapes/,
    );
  });
});

test("dropout(k, x, rate) zeroes elements at that rate and scales the others, and its gradient does the same", async () => {
  const x = tensor([2]).add(0).broadcast([20_000]);
  const y = Array.from((await toArray(dropout(key(2), x, 0.75))).data);
  const kept = y.filter((value) => value === 8).length;
  expect(y.filter((value) => value !== 0 && value !== 8)).toEqual([]);
  expect(Math.abs(kept - 5000)).toBeLessThan(FAR * Math.sqrt(20_000 * 0.25 * 0.75));
  const z = fromArray(draw(1, [50]));
  const slopes = (await toArray(grad(sum(dropout(key(2), z, 0.75)), z))).data;
  expect(Array.from(slopes)).toEqual(y.slice(0, 50).map((value) => value / 2));
  expect(dropout(key(2), z, 0)).toBe(z);
});

test("a minibatch is rows taken by choice", async () => {
  await expectAgreement((k, x) => take(x, choice(k, 20, 8)), [{ ...u32([], 0, 5), dtype: "key" }, draw(1, [20, 3])], {
    exactly: true,
  });
});

test("a chain of three thousand keys is known at once", async () => {
  let chained = key(1);
  for (let i = 0; i < 3000; i++) chained = foldIn(chained, i);
  const looped = compile((k: Tensor) => loop(3000, (i, k) => foldIn(k, i), k));
  expect((await toArray(chained)).data).toEqual((await toArray(looped(key(1)))).data);
});

test("random numbers ask for a key", () => {
  const x = tensor([1, 2]);
  expect(() => normal(x, [2])).toThrow(/^bits: takes key and u32, got f32 \[2\] from tensor and u32 \[2\] from iota$/);
  expect(() => foldIn(fromArray(u32([], 1)), 3)).toThrow(
    /^foldIn: takes key and u32, got u32 \[\] from tensor and u32 \[\]/,
  );
  expect(() => key(-1)).toThrow("key: a seed is an integer from 0 to 2⁵³ − 1, got -1");
  expect(() => foldIn(key(1), -1)).toThrow("constant: a u32 is an integer in [0, 2³²), got -1");
});
