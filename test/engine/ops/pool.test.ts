/** Pooling: PyTorch's numbers, shared gradients of equal maxima, agreement over shapes and windows. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { avgPool2d, fromArray, grad, maxPool2d, ones, sum, toArray, type Tensor } from "../../../engine/index.ts";
import { draw, f32, seeds } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement } from "../threeWays.ts";

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

const digits = fromArray(
  f32([1, 1, 5, 5], ...[3, 1, 4, 1, 5], ...[9, 2, 6, 5, 3], ...[5, 8, 9, 7, 9], ...[3, 2, 3, 8, 4], ...[6, 2, 6, 4, 3]),
);

const counted = fromArray(f32([1, 1, 3, 4], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));

// By PyTorch's max_pool2d and avg_pool2d.
const literals: [string, () => Tensor, number[]][] = [
  ["maxPool2d(x, 3, { stride: 2 }) of windows that overlap", () => maxPool2d(digits, 3, { stride: 2 }), [9, 9, 9, 9]],
  [
    "maxPool2d(x, 3, { stride: 2, padding: 1 }) of negative numbers, padding never the largest",
    () => maxPool2d(digits.neg(), 3, { stride: 2, padding: 1 }),
    [-1, -1, -1, -2, -2, -3, -2, -2, -3],
  ],
  [
    "maxPool2d(x, 2, { stride: 1, dilation: 2 })",
    () => maxPool2d(digits, 2, { stride: 1, dilation: 2 }),
    [9, 8, 9, 9, 8, 6, 9, 8, 9],
  ],
  ["maxPool2d(x, 2), which leaves the last row and column out", () => maxPool2d(digits, 2), [9, 6, 8, 9]],
  ["avgPool2d(x, 2, { stride: 1 })", () => avgPool2d(counted, 2, { stride: 1 }), [3.5, 4.5, 5.5, 7.5, 8.5, 9.5]],
  [
    "avgPool2d(x, 2, { padding: 1 }), zeros counted",
    () => avgPool2d(counted, 2, { padding: 1 }),
    [0.25, 1.25, 1, 3.5, 8.5, 5],
  ],
  [
    "avgPool2d(x, 2, { padding: 1, countPadding: false })",
    () => avgPool2d(counted, 2, { padding: 1, countPadding: false }),
    [1, 2.5, 4, 7, 8.5, 10],
  ],
  ["avgPool2d(x, [3, 2])", () => avgPool2d(counted, [3, 2]), [5.5, 7.5]],
];

test.each(literals)("%s", async (_name, pooled, wanted) => expect(await numbers(pooled())).toEqual(wanted));

test("equal maxima share the gradient of their window, and one of several windows collects from each", async () => {
  const x = fromArray(f32([1, 1, 1, 5], 1, 7, 7, 0, 2));
  const slope = (kernel: [number, number], stride: number) => grad(sum(maxPool2d(x, kernel, { stride })), x);
  expect(await numbers(slope([1, 3], 1))).toEqual([0, 1, 2, 0, 0]);
  expect(await numbers(slope([1, 2], 2))).toEqual([0, 1, 1, 0, 0]);
});

const pair = (...values: number[]): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.constantFrom(...values), fc.constantFrom(...values));

test("pooling and its gradient agree with the reference", () =>
  check(
    fc.record({
      extents: fc.tuple(
        fc.constantFrom(0, 1, 2),
        fc.constantFrom(1, 3),
        fc.constantFrom(3, 5, 12),
        fc.constantFrom(4, 7),
      ),
      kernel: pair(2, 3),
      stride: pair(1, 2, 3),
      padding: pair(0, 1),
      countPadding: fc.boolean(),
      seed: seeds,
    }),
    ({ extents, kernel, stride, padding, countPadding, seed }) =>
      expectAgreement(
        (x) => {
          const y = [
            maxPool2d(x, kernel, { stride, padding }),
            avgPool2d(x, kernel, { stride, padding, countPadding }),
          ];
          return [...y, ...y.map((pooled) => grad(sum(pooled.square()), x))];
        },
        [draw(seed, extents)],
      ),
    5,
  ));

test("a window that lies in the padding alone has no largest and no mean", () => {
  const x = ones([1, 1, 2, 3]);
  const message = (where: string) =>
    new RangeError(
      `${where}: a window lies in the padding alone (x [1, 1, 2, 3], kernel [2, 2], {"stride":[2,2],"padding":[2,0],"dilation":[1,1]})`,
    );
  expect(() => maxPool2d(x, 2, { padding: [2, 0] })).toThrow(message("maxPool2d"));
  expect(() => avgPool2d(x, 2, { padding: [2, 0] })).toThrow(message("avgPool2d"));
});
