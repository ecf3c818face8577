/** Shares of points among Gaussians and rings. */

import { expect, test } from "vitest";
import { mixture } from "../../../ebm/data/toys/gmm.ts";
import { ringsOf } from "../../../ebm/data/toys/rings.ts";
import { modeShares, shareWithin } from "../../../ebm/measures/modes.ts";

/** Means at (1, 0), (0, 1), (−1, 0) and (0, −1). */
const four = mixture({ groups: 4, sd: 0.1, radius: 1 });
const three = ringsOf({ groups: 3, sd: 0.1, radius: 1 });
const points = [1, 0.1, 0.9, 0, -0.2, 1.1, 0.1, -5];

test("modeShares(mixture, points) counts for each Gaussian the points nearest to it", () => {
  expect(modeShares(four, points)).toEqual([0.5, 0.25, 0, 0.25]);
});

test("modeShares(rings, points) counts for each ring, also inside the first and outside the last", () => {
  expect(modeShares(three, [0, 0, 1.4, 0, 0, -1.6, 3, 4])).toEqual([0.5, 0.25, 0.25]);
});

test("modeShares(toy, points, weights) adds up weights instead", () => {
  expect(modeShares(four, points, [1, 0, 1, 6])).toEqual([0.125, 0.125, 0, 0.75]);
});

test("modeShares of no points, or of no weight, is NaN", () => {
  expect(modeShares(four, [])).toEqual([NaN, NaN, NaN, NaN]);
  expect(modeShares(four, points, [0, 0, 0, 0])).toEqual([NaN, NaN, NaN, NaN]);
});

test("shareWithin counts the points within three standard deviations of their part, or as many as are asked for", () => {
  expect(shareWithin(four, points)).toBe(0.75);
  expect(shareWithin(four, points, 1.5)).toBe(0.5);
  expect(shareWithin(three, [0.75, 0, 0, 2.25, 0, 0, 5, 0])).toBe(0.5);
});

test("nearest tells the distance from a mean or from a circle", () => {
  const mean = four.nearest(0.1, -1);
  expect(mean.part).toBe(3);
  expect(mean.distance).toBeCloseTo(0.1, 12);
  expect(three.nearest(3, 4)).toEqual({ part: 2, distance: 2 });
});
