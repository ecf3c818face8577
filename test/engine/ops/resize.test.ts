/** Resizing: PyTorch's numbers and TensorFlow 1's, movements where sizes are multiples, agreement over sizes. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compile,
  fromArray,
  grad,
  ones,
  reference,
  resizeBilinear,
  resizeNearest,
  sum,
  tensor,
  toArray,
  upsampleNearest,
  type Tensor,
} from "../../../engine/index.ts";
import type { ResizeConvention } from "../../../engine/ops/resize.ts";
import { draw, f32, seeds } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement } from "../threeWays.ts";

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

const near = (values: readonly number[]): number[] => values.map((value) => expect.closeTo(value, 5) as number);

/** 1, 2, 4 over 8, 16, 32. */
const powers = (): Tensor => fromArray(f32([1, 1, 2, 3], 1, 2, 4, 8, 16, 32));

describe("resizeBilinear(x, [3, 5])", () => {
  const wanted: Record<ResizeConvention, number[][]> = {
    // By PyTorch's interpolate(mode="bilinear", align_corners=True), then False.
    alignCorners: [
      [1, 1.5, 2, 3, 4],
      [4.5, 6.75, 9, 13.5, 18],
      [8, 12, 16, 24, 32],
    ],
    halfPixel: [
      [1, 1.4, 2, 3.2, 4],
      [4.5, 6.3, 9, 14.4, 18],
      [8, 11.2, 16, 25.6, 32],
    ],
    // Columns at 0, 0.6, 1.2, 1.8, 2.4, of which the last is clamped; rows at 0, 2/3 and 4/3, likewise.
    tf1: [
      [1, 1.6, 2.4, 3.6, 4],
      [17 / 3, (17 / 3) * 1.6, (17 / 3) * 2.4, (17 / 3) * 3.6, (17 / 3) * 4],
      [8, 12.8, 19.2, 28.8, 32],
    ],
  };

  test.each(Object.entries(wanted))("lies where %s says", async (convention, values) => {
    const y = resizeBilinear(powers(), [3, 5], { convention: convention as ResizeConvention });
    expect(y.shape).toEqual([1, 1, 3, 5]);
    expect(await numbers(y)).toEqual(near(values.flat()));
  });
});

test("resizeBilinear(x) to half the size takes means of two, the ends, or every second pixel", async () => {
  const x = tensor([1, 2, 3, 4]).reshape([1, 1, 1, 4]);
  const half = (convention: ResizeConvention) => numbers(resizeBilinear(x, [1, 2], { convention }));
  expect(await half("halfPixel")).toEqual([1.5, 3.5]);
  expect(await half("alignCorners")).toEqual([1, 4]);
  expect(await half("tf1")).toEqual([1, 3]);
});

test("resizeBilinear(x) to one pixel takes the middle, or the first", async () => {
  const one = (convention: ResizeConvention) => numbers(resizeBilinear(powers(), 1, { convention }));
  expect(await one("halfPixel")).toEqual([9]);
  expect(await one("alignCorners")).toEqual([1]);
  expect(await one("tf1")).toEqual([1]);
});

test("resizeNearest(x) takes the pixel before: PyTorch's numbers", async () => {
  expect(await numbers(resizeNearest(powers(), [3, 5]))).toEqual([1, 1, 2, 2, 4, 1, 1, 2, 2, 4, 8, 8, 16, 16, 32]);
  expect(await numbers(resizeNearest(powers(), [4, 2]))).toEqual([1, 2, 1, 2, 8, 16, 8, 16]);
});

test("resizeNearest(x) to any size takes ⌊i · from / to⌋, exactly", () =>
  check(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })), ([from, to]) => {
    const places = Float32Array.from({ length: from }, (_, i) => i);
    const x = f32([1, 1, 1, from], ...places);
    const y = reference((x: Tensor) => resizeNearest(x, [1, to]))(x) as { data: Float64Array };
    expect(Array.from(y.data)).toEqual(Array.from({ length: to }, (_, i) => Math.floor((i * from) / to)));
  }));

test("upsampleNearest(x, [2, 3]) repeats pixels, and its gradient sums the copies", async () => {
  const x = fromArray(f32([1, 2, 1, 2], 1, 2, 3, 4));
  expect(await numbers(upsampleNearest(x, [2, 3]))).toEqual([
    ...[1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2],
    ...[3, 3, 3, 4, 4, 4, 3, 3, 3, 4, 4, 4],
  ]);
  expect(await numbers(grad(sum(upsampleNearest(x, [2, 3])), x))).toEqual([6, 6, 6, 6]);
});

test("resizeNearest(x) to a multiple of its size is a movement: no dispatch of its own", async () => {
  const program = compile((x: Tensor) => resizeNearest(x.square(), [4, 9]).add(1));
  const { schedule } = await program.prepare(powers());
  expect(schedule.commands.length).toBe(1);
  program.dispose();
});

test("resizing and its gradient agree with the reference", () =>
  check(
    fc.record({
      extents: fc.tuple(
        fc.constantFrom(0, 1, 2),
        fc.constantFrom(1, 3),
        fc.constantFrom(1, 3, 9),
        fc.constantFrom(2, 5),
      ),
      size: fc.tuple(fc.constantFrom(1, 4, 10), fc.constantFrom(1, 5, 12)),
      convention: fc.constantFrom<ResizeConvention>("halfPixel", "alignCorners", "tf1"),
      seed: seeds,
    }),
    ({ extents, size, convention, seed }) =>
      expectAgreement(
        (x) => {
          const y = [resizeNearest(x, size), resizeBilinear(x, size, { convention })];
          return [...y, ...y.map((resized) => grad(sum(resized.square()), x))];
        },
        [draw(seed, extents)],
      ),
    3,
  ));

test("resizing says what it takes", () => {
  const x = ones([1, 1, 2, 3]);
  const cases: [() => Tensor, Error][] = [
    [
      () => resizeNearest(ones([2, 3]), 4),
      new RangeError("resizeNearest: takes x [n, c, h, w] with pixels, got [2, 3]"),
    ],
    [
      () => resizeBilinear(x, [0, 2], { convention: "tf1" }),
      new RangeError("resizeBilinear: size is rows and columns ≥ 1, got [0, 2]"),
    ],
    [
      () => resizeBilinear(x, 2, { convention: "area" as ResizeConvention }),
      new RangeError("resizeBilinear: the convention is one of halfPixel, alignCorners, tf1, got area"),
    ],
    [() => upsampleNearest(x, 1.5), new RangeError("upsampleNearest: factor is rows and columns ≥ 1, got [1.5, 1.5]")],
  ];
  for (const [call, error] of cases) expect(call).toThrow(error);
});
