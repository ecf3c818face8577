/** Data in order for evaluations, and finite sets of points. */

import { expect, test } from "vitest";
import { toArray } from "../../../engine/index.ts";
import { classesIn, labelledImages, labelledPoints } from "../../../ebm/data/labelled.ts";
import { pointSet } from "../../../ebm/data/pointSets.ts";
import { mixture } from "../../../ebm/data/toys/gmm.ts";
import { toys } from "../../../ebm/data/toys/index.ts";
import type { ImageData } from "../../../ebm/index.ts";
import "../../engine/opened.ts";

const images: ImageData = {
  ...{ name: "numbers", count: 3, channels: 1, height: 2, width: 2 },
  images: Uint8Array.of(0, 51, 102, 153, 204, 255, 0, 0, 255, 255, 0, 51),
  labels: Uint8Array.of(4, 0, 2),
};

test("labelledImages gives images in order, bytes as numbers in [−1, 1], with their labels", async () => {
  const all = labelledImages(images, 2);
  expect([all.item, all.count, all.labels, classesIn(all.labels)]).toEqual([[1, 2, 2], 3, images.labels, 5]);
  const { shape, data } = await toArray(all.items(1, 2));
  expect(shape).toEqual([2, 1, 2, 2]);
  expect([...data]).toEqual([0.6, 1, -1, -1, 1, 1, -1, -0.6].map(Math.fround));
  expect(() => all.items(2, 2)).toThrow("items: 2 to 4 of the 3 of numbers");
  expect(classesIn(null)).toBe(0);
});

const options = { groups: 3, sd: 0.25, radius: 0.6 };

test("pointSet is the same from its seed, another for another seed or part, and its labels are the parts drawn from", async () => {
  const made = pointSet("gmm", toys.gmm.of(options), { seed: 1, part: "train", count: 3000 });
  expect(pointSet("gmm", toys.gmm.of(options), { seed: 1, part: "train", count: 3000 })).toEqual(made);
  expect(pointSet("gmm", toys.gmm.of(options), { seed: 1, part: "train", count: 20 }).points).toEqual(
    made.points.slice(0, 40),
  );
  for (const other of [
    { seed: 2, part: "train" },
    { seed: 1, part: "test" },
  ] as const)
    expect(pointSet("gmm", toys.gmm.of(options), { ...other, count: 3000 }).points).not.toEqual(made.points);
  const { means } = mixture(options);
  const squares = Array.from(made.labels, (label, i) =>
    [0, 1].map((axis) => (made.points[2 * i + axis] - means[label][axis]) ** 2),
  ).flat();
  // 6 000 squares of sd · N(0, 1): their mean is sd² within 5 · sd² √(2 / 6000).
  const spread = squares.reduce((sum, square) => sum + square, 0) / squares.length;
  expect(Math.abs(spread / 0.25 ** 2 - 1)).toBeLessThan(5 * Math.sqrt(2 / 6000));
  for (const part of [0, 1, 2]) {
    const share = made.labels.filter((label) => label === part).length / 3000;
    expect(Math.abs(share - 1 / 3)).toBeLessThan(5 * Math.sqrt(2 / 9 / 3000));
  }
  const { data } = await toArray(labelledPoints(made).items(7, 2));
  expect([...data]).toEqual([...made.points.slice(14, 18)]);
});

test("points of rings lie about their ring, in all directions", () => {
  const rings = toys.rings.of({ groups: 2, sd: 0.1, radius: 1 });
  const { points, labels, count } = pointSet("rings", rings, { seed: 3, part: "test", count: 500 });
  let quadrants = 0;
  for (let i = 0; i < count; i++) {
    const [x, y] = [points[2 * i], points[2 * i + 1]];
    expect(rings.nearest(x, y).part).toBe(labels[i]);
    if (x > 0 && y > 0) quadrants++;
  }
  expect(Math.abs(quadrants / count - 0.25)).toBeLessThan(5 * Math.sqrt(3 / 16 / count));
});
