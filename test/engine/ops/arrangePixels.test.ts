/** Pixels out of channels and back, in PyTorch's order. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { fromArray, ones, pixelShuffle, pixelUnshuffle, toArray } from "../../../engine/index.ts";
import { draw, f32, seeds } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement } from "../threeWays.ts";

test("pixelShuffle(x, 2) makes four channels a block of pixels", async () => {
  const x = fromArray(f32([1, 8, 1, 2], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16));
  const y = await toArray(pixelShuffle(x, 2));
  expect(y.shape).toEqual([1, 2, 2, 4]);
  expect(y.data).toEqual(Float32Array.of(1, 3, 2, 4, 5, 7, 6, 8, 9, 11, 10, 12, 13, 15, 14, 16));
});

test("pixelUnshuffle(pixelShuffle(x)) is x, either way round", () =>
  check(
    fc.tuple(fc.constantFrom(0, 2), fc.constantFrom(1, 2, 3), fc.constantFrom(1, 2, 3), seeds),
    ([n, c, factor, seed]) =>
      expectAgreement(
        (x, y) => [pixelUnshuffle(pixelShuffle(x, factor), factor), pixelShuffle(pixelUnshuffle(y, factor), factor)],
        [draw(seed, [n, c * factor ** 2, 2, 3]), draw(seed + 1, [n, c, 2 * factor, 3 * factor])],
        { exactly: true, meaning: (x, y) => [x, y] },
      ),
    6,
  ));

test("pixelShuffle() and pixelUnshuffle() take what the factor divides", () => {
  expect(() => pixelShuffle(ones([1, 6, 2, 2]), 2)).toThrow(
    new RangeError("pixelShuffle: [1, 6, 2, 2] is not [n, c, h, w] that a factor of 2 divides"),
  );
  expect(() => pixelUnshuffle(ones([1, 1, 4, 3]), 2)).toThrow(
    new RangeError("pixelUnshuffle: [1, 1, 4, 3] is not [n, c, h, w] that a factor of 2 divides"),
  );
  expect(() => pixelShuffle(ones([4, 2, 2]), 2)).toThrow(RangeError);
  expect(() => pixelShuffle(ones([1, 4, 2, 2]), 0)).toThrow(RangeError);
});
