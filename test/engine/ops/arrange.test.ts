/** Tensors taken apart, put together and turned round; triangles and other patterns. Places are in movement.test.ts. */

import { expect, test } from "vitest";
import {
  chunk,
  concat,
  diagonal,
  expandDims,
  flip,
  grad,
  iota,
  linspace,
  oneHot,
  reflectPad,
  repeat,
  roll,
  stack,
  sum,
  tensor,
  tile,
  toArray,
  tril,
  triu,
  type Tensor,
} from "../../../engine/index.ts";
import { draw, drawIndices } from "../draw.ts";
import { expectAgreement } from "../threeWays.ts";

const exactly = { exactly: true };

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

test("flip(x, axes) reverses, and its gradient goes back the same way", async () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(await numbers(flip(x))).toEqual([6, 5, 4, 3, 2, 1]);
  expect(await numbers(flip(x, -1))).toEqual([3, 2, 1, 6, 5, 4]);
  expect(await numbers(flip(x, 0))).toEqual([4, 5, 6, 1, 2, 3]);
  // Of Σ w · flip(x): the weights, reversed.
  expect(
    await numbers(
      grad(
        sum(
          flip(x).mul(
            tensor([
              [1, 2, 3],
              [4, 5, 7],
            ]),
          ),
        ),
        x,
      ),
    ),
  ).toEqual([7, 5, 4, 3, 2, 1]);
});

test("roll(x, shift) moves elements on, past the end to the start", async () => {
  const x = tensor([1, 2, 3, 4]);
  expect(await numbers(roll(x, 1))).toEqual([4, 1, 2, 3]);
  expect(await numbers(roll(x, -5))).toEqual([2, 3, 4, 1]);
  expect(roll(x, 8)).toBe(x);
});

test("stack() puts parts along a new axis, chunk() takes parts of one", async () => {
  const [x, y] = [tensor([1, 2, 3]), tensor([4, 5, 6])];
  expect((await toArray(stack([x, y]))).shape).toEqual([2, 3]);
  expect(await numbers(stack([x, y], -1))).toEqual([1, 4, 2, 5, 3, 6]);
  const [first, second] = chunk(stack([x, y], 1), [1, 2]);
  expect([await numbers(first), await numbers(second)]).toEqual([
    [1, 4],
    [2, 5, 3, 6],
  ]);
  expect((await Promise.all(chunk(concat([x, y]), 3).map(numbers))).flat()).toEqual([1, 2, 3, 4, 5, 6]);
  expect(expandDims(x, -1).shape).toEqual([3, 1]);
  expect(expandDims(x, 0).shape).toEqual([1, 3]);
});

test("repeat(x, n) repeats each element, tile(x, n) the whole", async () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  expect(await numbers(repeat(x, 2, 1))).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  expect(await numbers(repeat(x, 2))).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
  expect(await numbers(tile(x, 2, 1))).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
  expect(await numbers(tile(x, 2))).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
});

test("reflectPad(x, widths) leaves out the edge it reflects at", async () => {
  expect(await numbers(reflectPad(tensor([1, 2, 3]), [[2, 1]]))).toEqual([3, 2, 1, 2, 3, 2]);
  const corner = reflectPad(
    tensor([
      [1, 2],
      [3, 4],
    ]),
    [
      [1, 0],
      [0, 1],
    ],
  );
  expect(await numbers(corner)).toEqual([3, 4, 3, 1, 2, 1, 3, 4, 3]);
});

test("diagonal(x), tril(x) and triu(x) of matrices that are not square", async () => {
  const x = iota([2, 3]);
  expect(await numbers(diagonal(x))).toEqual([0, 4]);
  expect(await numbers(diagonal(x.transpose()))).toEqual([0, 4]);
  expect(await numbers(tril(x))).toEqual([0, 0, 0, 3, 4, 0]);
  expect(await numbers(tril(x, 1))).toEqual([0, 1, 0, 3, 4, 5]);
  expect(await numbers(triu(x, 1))).toEqual([0, 1, 2, 0, 0, 5]);
  expect(await numbers(triu(x, -1))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(await numbers(tril(tensor([[NaN, NaN]])))).toEqual([NaN, 0]);
});

test("indices, bools and expressions are arranged as well", async () => {
  const bools = { ...drawIndices(2, [3, 5], 2), dtype: "bool" as const };
  for (const x of [drawIndices(1, [3, 5], 99), bools])
    await expectAgreement(
      (y) => [flip(y), roll(y, 2, 1), stack([y, y], 1), repeat(y, 2), tril(y), triu(y)],
      [x],
      exactly,
    );
  await expectAgreement(
    (y) =>
      flip(roll(y.mul(2), 1).transpose(), 0)
        .add(1)
        .reshape([15]),
    [draw(1, [3, 5], -8, 8)],
  );
  const keys = { dtype: "key" as const, shape: [3], data: Uint32Array.of(1, 2, 3, 4, 5, 6) };
  await expectAgreement((k) => [flip(k), stack([k, k]), tile(k, 2)], [keys], exactly);
});

test("oneHot(i, n) is 1 at i, and nothing for an index beyond", async () => {
  expect(await numbers(oneHot(tensor([[2], [0], [3]], "u32"), 3))).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0]);
  await expectAgreement((i) => oneHot(i, 5), [drawIndices(1, [2, 70], 6)], exactly);
});

test("linspace(a, b, n) has both ends in it", async () => {
  expect(await numbers(linspace(-1, 3, 5))).toEqual([-1, 0, 1, 2, 3]);
  expect(await numbers(linspace(0.1, 0.7, 2))).toEqual([0.1, 0.7].map(Math.fround));
  expect(await numbers(linspace(5, 9, 1))).toEqual([5]);
  expect(linspace(5, 9, 0).shape).toEqual([0]);
});

test("arrangements name what does not fit", () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const cases: [() => unknown, Error][] = [
    [() => stack([]), new RangeError("stack: no operands")],
    [() => stack([x, x.transpose()]), new RangeError("stack: operands differ, [2, 3] and [3, 2]")],
    [() => chunk(x, 2, 1), new RangeError("chunk: extents must be non-negative integers, got [1.5, 1.5]")],
    [() => chunk(x, [1, 1], 1), new RangeError("chunk: parts of [1, 1] do not make up axis 1 of [2, 3]")],
    [() => flip(x, 2), new RangeError("flip: axis 2 is outside a tensor of rank 2")],
    [() => roll(x, 0.5), new RangeError("roll: the shift is an integer, got 0.5")],
    [() => repeat(x, -1), new RangeError("repeat: extents must be non-negative integers, got [-1]")],
    [() => tile(x, 0.5), new RangeError("tile: extents must be non-negative integers, got [0.5]")],
    [() => expandDims(x, 3), new RangeError("expandDims: axis 3 is outside a tensor of rank 3")],
    [() => diagonal(tensor([1])), new RangeError("diagonal: takes two axes or more, got [1]")],
    [() => tril(tensor([1])), new RangeError("tril: takes two axes or more, got [1]")],
    [() => triu(x, 0.5), new RangeError("triu: the diagonal is an integer, got 0.5")],
    [() => oneHot(x, 3), new TypeError("oneHot: takes u32 indices, got f32 [2, 3] from tensor")],
    [
      () => reflectPad(x, [[1, 1]]),
      new RangeError("reflectPad: one pair of non-negative widths per axis of [2, 3], got [[1,1]]"),
    ],
    [
      () =>
        reflectPad(x, [
          [0, 2],
          [0, 0],
        ]),
      new RangeError("reflectPad: axis 0 of [2, 3] has 1 elements to reflect, got [0,2]"),
    ],
  ];
  for (const [call, error] of cases) expect(call).toThrow(error);
});
