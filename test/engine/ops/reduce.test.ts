/** Reductions over any axes, of stored tensors and of expressions, in one stage and in two. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, fromArray, grad, max, mean, min, sum, tensor, toArray, type Tensor } from "../../../engine/index.ts";
import { draw, drawIndices, f32, seeds, shapes, u32 } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement } from "../threeWays.ts";

const reductions = { sum, mean, max, min };

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

/** Extremes and means of nothing are refused, or not numbers. */
const withElements = shapes().filter((shape) => !shape.includes(0));

const choices = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });

test.each(Object.entries(reductions))("%s(x, axes) agrees with the reference", (name, reduce) =>
  check(
    fc.tuple(name === "sum" ? shapes() : withElements, choices, fc.boolean(), seeds),
    ([shape, chosen, keepDims, seed]) => {
      const axes = shape.flatMap((_, axis) => (chosen[axis] ? [axis] : []));
      return expectAgreement((x) => reduce(x, axes, { keepDims }), [draw(seed, shape)]);
    },
    15,
  ),
);

test.each(Object.entries(reductions))("%s(x) of an expression reads it on the way", (_name, reduce) =>
  check(
    fc.tuple(withElements, choices, seeds),
    ([shape, chosen, seed]) => {
      const axes = shape.flatMap((_, axis) => (chosen[axis] ? [axis] : []));
      const program = (x: Tensor, y: Tensor) =>
        reduce(
          x.transpose().mul(y),
          axes.map((axis) => shape.length - 1 - axis),
        )
          .mul(2)
          .add(1)
          .exp();
      return expectAgreement(program, [draw(seed, shape), draw(seed + 1, [...shape].reverse(), -0.01, 0.01)]);
    },
    10,
  ),
);

test("long reductions with few results are cut in two stages, also where the parts are not equal", async () => {
  for (const shape of [[512], [1031], [2100, 2], [3, 4096]])
    // All of one sign, so that a zero that does not belong would be the largest.
    for (const reduce of [sum, max])
      await expectAgreement((x) => [reduce(x.mul(2)), reduce(x, 0)], [draw(1, shape, -2, -1)]);
});

test("max(x) of negative numbers, and of the largest ones", async () => {
  const x = tensor([
    [-3, -2],
    [-3.4028234663852886e38, 3.4028234663852886e38],
  ]);
  expect(await numbers(max(x, 1))).toEqual([-2, Math.fround(3.4028234663852886e38)]);
  expect(await numbers(min(x))).toEqual([Math.fround(-3.4028234663852886e38)]);
});

test("max(x) and min(x) of a NaN are NaN, wherever it stands, in one stage and in two", async () => {
  for (const [shape, place] of [
    [[3, 5], 0],
    [[3, 5], 4],
    [[1, 1031], 1030],
    [[1, 4096], 2000],
  ] as const) {
    const x = draw(1, shape);
    x.data[place] = NaN;
    await expectAgreement((x) => [max(x, 1), min(x, 1), max(x)], [x], { exactly: true });
  }
  expect(
    await numbers(
      max(
        tensor([
          [1, NaN],
          [2, 3],
        ]),
        1,
      ),
    ),
  ).toEqual([NaN, 3]);
});

test("max(x) shares its gradient among ties", async () => {
  const x = tensor([1, 3, 3, 2, 3, 0]);
  expect(await numbers(grad(max(x), x))).toEqual([0, Math.fround(1 / 3), Math.fround(1 / 3), 0, Math.fround(1 / 3), 0]);
});

test("max(x) of an expression stores it if its gradient is asked for, so that both see the same bits", async () => {
  const slope = compile((x: Tensor) => grad(max(x.mul(1.75).add(0.5)), x));
  const x = fromArray(draw(1, [2000]));
  const plan = await slope.prepare(x);
  expect(plan.explain({ wgsl: true }).match(/= 1\.75;/g)).toHaveLength(2);
  expect((await numbers(slope(x))).filter((value) => value !== 0)).toEqual([1.75]);

  // Of a few neighbours an extreme is itself an expression.
  const ofRows = compile((x: Tensor) => grad(sum(max(x.mul(1.75).add(0.5), 1)), x));
  const rows = fromArray(draw(1, [700, 3]));
  expect((await ofRows.prepare(rows)).explain({ wgsl: true }).match(/= 1\.75;/g)).toHaveLength(2);
  expect((await numbers(ofRows(rows))).filter((value) => value !== 0)).toEqual(Array.from({ length: 700 }, () => 1.75));
});

test("sum, max and min of u32 are exact, and sums go round at 2³²", async () => {
  const x = tensor(
    [
      [4294967295, 16777217],
      [2, 16777216],
    ],
    "u32",
  );
  expect(await numbers(sum(x, 0))).toEqual([1, 33554433]);
  expect(await numbers(max(x, 1))).toEqual([4294967295, 16777216]);
  expect(await numbers(min(x, 0))).toEqual([2, 16777216]);
  await check(
    fc.tuple(withElements, choices, seeds),
    ([shape, chosen, seed]) => {
      const axes = shape.flatMap((_, axis) => (chosen[axis] ? [axis] : []));
      return expectAgreement(
        (i) => [sum(i.mul(3), axes), max(i.add(1), axes).mul(2), min(i, axes).toFloat().mul(0.5)],
        [drawIndices(seed, shape, 2 ** 32)],
        { exactly: false },
      );
    },
    10,
  );
});

test("long sums of u32 are cut in two stages as well", async () => {
  await expectAgreement((i) => [sum(i), min(i), max(i)], [drawIndices(1, [4099], 2 ** 32)], { exactly: true });
});

test("sum(x, []) is x, and sum of nothing is 0", async () => {
  expect(await numbers(sum(tensor([1, 2]), []))).toEqual([1, 2]);
  expect(await numbers(sum(fromArray(f32([0, 2])), 0))).toEqual([0, 0]);
  expect(await numbers(sum(tensor(5)))).toEqual([5]);
});

test("reductions name what they cannot reduce", () => {
  expect(() => sum(tensor([1]), 1)).toThrow(new RangeError("sum: axis 1 is outside a tensor of rank 1"));
  expect(() => sum(tensor([1]).less(0))).toThrow(new TypeError("sum: takes f32 or u32, got bool [1] from less"));
  expect(() => mean(tensor([1], "u32"))).toThrow(new TypeError("mean: takes f32, got u32"));
  expect(() => max(fromArray(u32([0])))).toThrow(new RangeError("max: no elements along axes [0] of [0]"));
  expect(() => max(fromArray(f32([2, 0])), 1)).toThrow(new RangeError("max: no elements along axes [1] of [2, 0]"));
  expect(() => mean(fromArray(f32([2, 0])))).toThrow(new RangeError("mean: no elements along axes [0, 1] of [2, 0]"));
  expect(() => min(fromArray(f32([0])))).toThrow(new RangeError("min: no elements along axes [0] of [0]"));
});
