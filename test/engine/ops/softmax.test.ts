/** softmax, logSoftmax and logSumExp: along any axis, for numbers of any size. */

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  fromArray,
  grad,
  logSoftmax,
  logSumExp,
  reference,
  softmax,
  sum,
  tensor,
  toArray,
  type Tensor,
} from "../../../engine/index.ts";
import { draw, f32, seeds, shapes } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement } from "../threeWays.ts";

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

const close = (...values: number[]): number[] => values.map((value) => expect.closeTo(value, 6) as number);

/** With at least one axis, and elements along each. */
const filled = shapes(3).filter((shape) => shape.length > 0 && !shape.includes(0));

test("softmax, logSoftmax and logSumExp along any axis agree with the reference", () =>
  check(
    fc.tuple(filled, fc.nat(2), seeds),
    ([shape, choice, seed]) => {
      const axis = (choice % shape.length) - (choice % 2) * shape.length;
      return expectAgreement(
        (x) => [
          softmax(x, axis),
          logSoftmax(x, axis),
          logSumExp(x, axis, { keepDims: true }),
          logSumExp(x.mul(2), axis).exp(),
          logSumExp(x),
        ],
        [draw(seed, shape)],
      );
    },
    15,
  ));

test("softmax(x) by hand, and logSoftmax(x) its logarithm", async () => {
  const x = tensor([
    [0, Math.log(3)],
    [Math.log(4), 0],
  ]);
  expect(await numbers(softmax(x))).toEqual(close(0.25, 0.75, 0.8, 0.2));
  expect(await numbers(softmax(x, 0))).toEqual(close(0.2, 0.75, 0.8, 0.25));
  expect(await numbers(logSoftmax(x))).toEqual(close(...[0.25, 0.75, 0.8, 0.2].map(Math.log)));
  expect(await numbers(logSumExp(x, 1))).toEqual(close(Math.log(4), Math.log(5)));
  expect(await numbers(logSumExp(x))).toEqual(close(Math.log(9)));
  expect(logSumExp(x, [0, 1], { keepDims: true }).shape).toEqual([1, 1]);
});

test("numbers of any size neither overflow nor vanish, and a common shift changes nothing", async () => {
  const x = tensor([
    [1000, 1000, -1000],
    [-1e30, -1e30, -1e30],
    [1e30, 0, -1e30],
    [-3e38, -3e38, 3e37],
  ]);
  expect(await numbers(softmax(x))).toEqual([0.5, 0.5, 0, ...close(1 / 3, 1 / 3, 1 / 3), 1, 0, 0, 0, 0, 1]);
  const logarithms = await numbers(logSoftmax(x));
  expect(logarithms.slice(0, 6)).toEqual(
    close(-Math.LN2, -Math.LN2, Math.fround(-2000 - Math.LN2), ...Array<number>(3).fill(-Math.log(3))),
  );
  expect(logarithms.slice(6)).toEqual([0, -1e30, -2e30, -3.3e38, -3.3e38, 0].map(Math.fround));
  expect(await numbers(logSumExp(x, 1))).toEqual([1000 + Math.LN2, -1e30, 1e30, 3e37].map(Math.fround));
  const slopes = await numbers(grad(sum(logSumExp(x, 1)), x));
  expect(slopes).toEqual(await numbers(softmax(x)));
});

test("logSoftmax(x) keeps the digits where softmax(x) is 0", async () => {
  const x = tensor([200, 0, -300]);
  expect(await numbers(softmax(x))).toEqual([1, 0, 0]);
  expect(await numbers(logSoftmax(x))).toEqual([0, -200, -500]);
});

test("the gradient of logSoftmax(x)[i] is eᵢ − softmax(x), also where softmax is 0", async () => {
  const x = f32([3], 200, 0, -200);
  const slope = (x: Tensor) => grad(sum(logSoftmax(x).mul(fromArray(f32([3], 0, 0, 1)))), x);
  expect(await numbers(slope(fromArray(x)))).toEqual([-1, 0, 1]);
  const { data } = reference((x: Tensor) =>
    grad(
      logSoftmax(x)
        .slice([[2]])
        .sum(),
      x,
    ),
  )(x) as { data: Float64Array };
  expect(Array.from(data)).toEqual([-1, expect.closeTo(0, 12), 1]);
});

test("softmax, logSoftmax and logSumExp name what they cannot do", () => {
  const none = fromArray(f32([2, 0]));
  expect(() => softmax(tensor(1))).toThrow(new RangeError("softmax: axis -1 is outside a tensor of rank 0"));
  expect(() => logSoftmax(none, 1)).toThrow(new RangeError("logSoftmax: no elements along axes [1] of [2, 0]"));
  expect(() => logSumExp(none)).toThrow(new RangeError("logSumExp: no elements along axes [0, 1] of [2, 0]"));
  expect(() => softmax(tensor([1], "u32"))).toThrow(new TypeError("softmax: takes f32, got u32"));
});
