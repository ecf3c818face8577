/** cumsum: along any axis, from either end, in one stage and in two. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, cumsum, fromArray, grad, sum, tensor, toArray, type Tensor } from "../../../engine/index.ts";
import { draw, f32, seeds, shapes } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement } from "../threeWays.ts";

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

test("cumsum(x, axis) by hand, from either end, with and without the element itself", async () => {
  const x = tensor([
    [1, 2, 3],
    [10, 20, 30],
  ]);
  expect(await numbers(cumsum(x, 1))).toEqual([1, 3, 6, 10, 30, 60]);
  expect(await numbers(cumsum(x, 0))).toEqual([1, 2, 3, 11, 22, 33]);
  expect(await numbers(cumsum(x, -1, { exclusive: true }))).toEqual([0, 1, 3, 0, 10, 30]);
  expect(await numbers(cumsum(x, 1, { reverse: true }))).toEqual([6, 5, 3, 60, 50, 30]);
  expect(await numbers(cumsum(x, 1, { reverse: true, exclusive: true }))).toEqual([5, 3, 0, 50, 30, 0]);
  expect(await numbers(grad(sum(cumsum(x, 1).mul(tensor([1, 10, 100]))), x))).toEqual([111, 110, 100, 111, 110, 100]);
});

test("cumsum(x, axis) agrees with the reference, also between other ops", () =>
  check(
    fc.tuple(
      shapes(3).filter((shape) => shape.length > 0),
      fc.nat(2),
      fc.boolean(),
      fc.boolean(),
      seeds,
    ),
    ([shape, choice, reverse, exclusive, seed]) => {
      const axis = choice % shape.length;
      return expectAgreement(
        (x) => [
          cumsum(x, axis, { reverse, exclusive }),
          cumsum(x.mul(2).transpose(), shape.length - 1 - axis, { reverse, exclusive })
            .exp()
            .add(1),
        ],
        [draw(seed, shape, -0.1, 0.1)],
      );
    },
    15,
  ));

test("long sums that are few are cut in two stages", async () => {
  for (const [shape, axis] of [
    [[512], 0],
    [[1031], 0],
    [[2, 2050, 3], 1],
  ] as const)
    for (const order of [{}, { reverse: true }, { exclusive: true }, { reverse: true, exclusive: true }])
      await expectAgreement((x) => cumsum(x, axis, order), [draw(1, shape)]);
  const plan = await compile((x: Tensor) => cumsum(x, 0)).prepare(fromArray(draw(1, [4096])));
  expect(plan.explain().match(/cumsum/g)!.length).toBeGreaterThan(1);
});

test("cumsum(x, axis) of ones counts to 2²⁰ without an error", async () => {
  const { data } = await toArray(
    cumsum(
      tensor([1])
        .add(0)
        .broadcast([2 ** 20]),
      0,
    ),
  );
  expect(data.findIndex((value, i) => value !== i + 1)).toBe(-1);
});

test("cumsum() names what it cannot do", () => {
  expect(() => cumsum(tensor([1]), 1)).toThrow(new RangeError("cumsum: axis 1 is outside a tensor of rank 1"));
  expect(() => cumsum(tensor([1], "u32"), 0)).toThrow(new TypeError("cumsum: takes f32, got u32"));
  expect(cumsum(fromArray(f32([0, 3])), 0).shape).toEqual([0, 3]);
});
