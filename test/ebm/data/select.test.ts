/** Some of a data set: its first images, or those of a class. */

import { expect, test } from "vitest";
import type { ImageData } from "../../../ebm/index.ts";
import { selected } from "../../../ebm/data/select.ts";

/** Five images of two pixels: 10 11, 20 21 … of the classes 3 0 3 1 0. */
const data: ImageData = {
  ...{ name: "five", count: 5, channels: 1, height: 1, width: 2 },
  images: Uint8Array.of(10, 11, 20, 21, 30, 31, 40, 41, 50, 51),
  labels: Uint8Array.of(3, 0, 3, 1, 0),
};

const taken = (count: number, only: number) => {
  const { images, labels, count: found } = selected(data, { count, only });
  return [found, [...images], labels && [...labels]];
};

test("selected takes everything where nothing is asked for, without a copy", () => {
  expect(selected(data, { count: 0, only: -1 })).toBe(data);
});

test("selected takes the first images", () => {
  expect(taken(2, -1)).toEqual([2, [10, 11, 20, 21], [3, 0]]);
  expect(selected({ ...data, labels: null }, { count: 2, only: -1 }).labels).toBeNull();
});

test("selected takes the images of a class, in their order; class 0 is one", () => {
  expect(taken(0, 3)).toEqual([2, [10, 11, 30, 31], [3, 3]]);
  expect(taken(0, 0)).toEqual([2, [20, 21, 50, 51], [0, 0]]);
});

test("selected takes the first images before it looks at classes", () => {
  expect(taken(4, 0)).toEqual([1, [20, 21], [0]]);
});

test("selected refuses more images than there are, a class where there are none, and one that does not occur", () => {
  expect(() => taken(6, -1)).toThrow("data.count: five has 5 images, got 6");
  expect(() => selected({ ...data, labels: null }, { count: 0, only: 1 })).toThrow(
    "data.only: five has no classes, got 1",
  );
  expect(() => taken(3, 1)).toThrow("data.only: none of the first 3 images of five is of class 1");
});
