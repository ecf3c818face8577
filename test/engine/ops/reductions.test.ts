/** prod, variance, norm, argmax, argmin, any and all. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  all,
  any,
  argmax,
  argmin,
  compile,
  fromArray,
  grad,
  norm,
  prod,
  reference,
  sum,
  tensor,
  toArray,
  variance,
  type Tensor,
} from "../../../engine/index.ts";
import { draw, drawIndices, f32, seeds, shapes } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement } from "../threeWays.ts";

const exactly = { exactly: true };

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

const choices = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });

const filled = shapes().filter((shape) => !shape.includes(0));

test("prod, variance and norm over any axes agree with the reference", () =>
  check(
    fc.tuple(filled, choices, fc.boolean(), seeds),
    ([shape, chosen, keepDims, seed]) => {
      const axes = shape.flatMap((_, axis) => (chosen[axis] ? [axis] : []));
      return expectAgreement(
        (x) => [prod(x, axes, { keepDims }), variance(x, axes, { keepDims }), norm(x, axes, { keepDims })],
        [draw(seed, shape, 0.5, 1.5)],
      );
    },
    8,
  ));

describe("prod", () => {
  test("prod(x, axes) by hand", async () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, -6],
    ]);
    expect(await numbers(prod(x))).toEqual([-720]);
    expect(await numbers(prod(x, 1))).toEqual([6, -120]);
    expect(await numbers(prod(x, 0, { keepDims: true }))).toEqual([4, 10, -18]);
    expect(prod(x, 0, { keepDims: true }).shape).toEqual([1, 3]);
    expect(await numbers(prod(tensor([2, 3, 4294967295], "u32")))).toEqual([4294967290]);
    expect(await numbers(prod(fromArray(f32([2, 0])), 1))).toEqual([1, 1]);
  });

  test("its derivatives of any order are right where factors are 0", async () => {
    const x = f32([5], 0, 2, 0, 3, 5);
    const program = (x: Tensor) => {
      const [first] = grad(prod(x), [x]);
      // The second derivative towards both zeros is the product of the others; the third towards one of these, of the rest.
      const [second] = grad(first.slice([[0, 1]]).sum(), [x]);
      const [third] = grad(second.slice([[2, 3]]).sum(), [x]);
      return [first, second, third];
    };
    const wanted = [
      [0, 0, 0, 0, 0],
      [0, 0, 30, 0, 0],
      [0, 15, 0, 10, 6],
    ];
    expect(await Promise.all(program(fromArray(x)).map(numbers))).toEqual(wanted);
    const exact = reference(program)(x) as { data: Float64Array }[];
    expect(exact.map(({ data }) => Array.from(data))).toEqual(wanted);
  });
});

test("variance(x, axes, { correction }) divides by n − correction", async () => {
  const x = tensor([
    [1, 2, 3, 6],
    [1e4, 1e4 + 1, 1e4, 1e4 - 1],
  ]);
  expect(await numbers(variance(x, 1))).toEqual([3.5, 0.5]);
  expect(await numbers(variance(x, 1, { correction: 1 }))).toEqual([14 / 3, 2 / 3].map(Math.fround));
  expect(variance(x, 1, { keepDims: true }).shape).toEqual([2, 1]);
  expect(() => variance(tensor([3]), 0, { correction: 1 })).toThrow(
    new RangeError("variance: 1 elements leave nothing with a correction of 1"),
  );
  expect(() => variance(fromArray(f32([0])))).toThrow(new RangeError("variance: no elements along axes [0] of [0]"));
});

test("norm(x) has the slope x / ‖x‖, and 0 where x is 0, at second order too", async () => {
  const x = tensor([
    [3, 4],
    [0, 0],
  ]);
  expect(await numbers(norm(x, 1))).toEqual([5, 0]);
  const slope = grad(sum(norm(x, 1)), x);
  expect(await numbers(slope)).toEqual([0.6, 0.8, 0, 0].map((value) => expect.closeTo(value, 6) as number));
  // Of Σ ∂/∂x: (Σ y² − x y) / ‖x‖³ in two dimensions.
  const second = [(16 - 12) / 125, (9 - 12) / 125, 0, 0].map((value) => expect.closeTo(value, 6) as number);
  expect(await numbers(grad(sum(slope), x))).toEqual(second);
});

describe("argmax and argmin", () => {
  test("they agree with a search from the left", () =>
    check(
      fc.tuple(filled, fc.nat(3), seeds),
      async ([shape, choice, seed]) => {
        if (shape.length === 0) return;
        const axis = choice % shape.length;
        const whole = draw(seed, shape, -3, 3);
        // Whole numbers, so that there are ties.
        const x = { ...whole, data: whole.data.map(Math.round) };
        await expectAgreement(
          (x) => [argmax(x, axis), argmin(x, axis - shape.length, { keepDims: true }), argmax(x.mul(2).add(1))],
          [x],
          exactly,
        );
        const list = Array.from(x.data);
        expect(await numbers(argmax(fromArray(x)))).toEqual([list.indexOf(Math.max(...list))]);
        expect(await numbers(argmin(fromArray(x)))).toEqual([list.indexOf(Math.min(...list))]);
      },
      8,
    ));

  test("the first of several, and a NaN before any number", async () => {
    const x = f32([5, 4], 1, 3, 3, 2, -1, -5, -5, 7, 2, NaN, 9, NaN, NaN, NaN, NaN, NaN, Infinity, -Infinity, 0, 0);
    await expectAgreement((x) => [argmax(x, 1), argmin(x, 1)], [x], exactly);
    expect(await numbers(argmax(fromArray(x), 1))).toEqual([1, 3, 1, 0, 0]);
    expect(await numbers(argmin(fromArray(x), 1))).toEqual([0, 1, 1, 0, 1]);
  });

  test("a place beyond 2²⁴ is exact", async () => {
    const size = 2 ** 24 + 2 ** 12;
    const place = compile((one: Tensor) => argmax(one.pad([[size - 3, 2]])));
    expect(await numbers(place(tensor([1])))).toEqual([size - 3]);
  });

  test("they name what they cannot do", () => {
    expect(() => argmax(fromArray(f32([2, 0])), 1)).toThrow(
      new RangeError("argmax: no elements along axes [1] of [2, 0]"),
    );
    expect(() => argmin(tensor([1], "u32"))).toThrow(new TypeError("argmin: takes f32, got u32"));
  });
});

test("any(x) and all(x) over axes; of nothing they are false and true", async () => {
  const x = tensor([
    [1, 1],
    [0, 1],
    [0, 0],
  ]).greater(0);
  expect(await numbers(any(x, 1))).toEqual([1, 1, 0]);
  expect(await numbers(all(x, 1))).toEqual([1, 0, 0]);
  expect([await numbers(any(x)), await numbers(all(x, 0))]).toEqual([[1], [0, 0]]);
  const none = fromArray({ ...f32([2, 0]), dtype: "bool", data: new Uint32Array() });
  expect([await numbers(any(none, 1)), await numbers(all(none, 1))]).toEqual([
    [0, 0],
    [1, 1],
  ]);
  await expectAgreement(
    (x) => [any(x, 0), all(x, [0, 1], { keepDims: true }), any(x.not())],
    [{ ...drawIndices(1, [3, 70], 2), dtype: "bool" }],
    exactly,
  );
  expect(() => any(tensor([1]))).toThrow(new TypeError("any: takes bool, got f32 [1] from tensor"));
  expect(() => all(tensor([1]))).toThrow(new TypeError("all: takes bool, got f32 [1] from tensor"));
});
