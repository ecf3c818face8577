/** Tensors from numbers and back. */

import { expect, test } from "vitest";
import { concat, constant, fromArray, iota, key, ones, tensor, toArray, zeros } from "../../engine/index.ts";
import { f32, u32 } from "./draw.ts";
import "./opened.ts";

test("tensor(nested numbers) has their shape, toArray() their order", async () => {
  expect(
    await toArray(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ),
  ).toEqual(f32([2, 3], 1, 2, 3, 4, 5, 6));
  expect(await toArray(tensor(7))).toEqual(f32([], 7));
  expect(await toArray(tensor([]))).toEqual(f32([0]));
  expect(await toArray(tensor([[], []]))).toEqual(f32([2, 0]));
  expect(await toArray(tensor([1, 4294967295], "u32"))).toEqual(u32([2], 1, 4294967295));
});

test("tensor() refuses rows that differ", () => {
  expect(() => tensor([[1, 2], [3]])).toThrow(
    new RangeError("tensor: the rows differ in length or depth, first ones [2, 2]"),
  );
  expect(() => tensor([1, [2]])).toThrow(new RangeError("tensor: the rows differ in length or depth, first ones [2]"));
  expect(() => tensor([[1], 2])).toThrow(RangeError);
});

test("fromArray() refuses data that do not fit", () => {
  expect(() => fromArray(f32([2, 2], 1, 2, 3))).toThrow(new RangeError("tensor: 3 words do not fill f32 [2, 2]"));
  expect(() => fromArray({ ...u32([2], 1, 2), dtype: "key" })).toThrow(
    new RangeError("tensor: 2 words do not fill key [2]"),
  );
  expect(() => fromArray({ ...u32([2], 1, 2), dtype: "f32" })).toThrow(
    new TypeError("tensor: f32 comes from a Float32Array"),
  );
  expect(() => fromArray({ ...f32([2], 1, 2), dtype: "bool" })).toThrow(
    new TypeError("tensor: bool comes from a Uint32Array"),
  );
  expect(() => fromArray(f32([-1, -2], 1, 2))).toThrow(
    new RangeError("tensor: extents must be non-negative integers, got [-1, -2]"),
  );
});

test("toArray() computes what was only described", async () => {
  expect(await toArray(zeros([2]))).toEqual(f32([2], 0, 0));
  expect(await toArray(ones([2], "u32"))).toEqual(u32([2], 1, 1));
  expect(await toArray(iota([2, 2]))).toEqual(u32([2, 2], 0, 1, 2, 3));
  expect(await toArray(key(2 ** 32 + 5))).toEqual({ ...u32([], 1, 5), dtype: "key" });
  expect(await toArray(constant(1).less(2))).toEqual({ ...u32([], 1), dtype: "bool" });
});

test("reads made at the same time come back in their own order", async () => {
  const tensors = [[1], [2, 3], [4, 5, 6]].map((values) => tensor(values));
  expect(await Promise.all(tensors.map(toArray))).toEqual([f32([1], 1), f32([2], 2, 3), f32([3], 4, 5, 6)]);
});

test("an expression of more numbers than the parameter block holds says so", async () => {
  const many = (count: number) => concat(Array.from({ length: count }, (_, i) => constant(i).reshape([1])));
  expect((await toArray(many(252))).data[251]).toBe(251);
  await expect(toArray(many(253))).rejects.toThrow(
    new RangeError("concat: 253 words of numbers in one expression, there is room for 252; put them into a tensor"),
  );
});
