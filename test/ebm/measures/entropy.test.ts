/** The entropy of a density on a grid. */

import { expect, test } from "vitest";
import { mixture } from "../../../ebm/data/toys/gmm.ts";
import { entropy } from "../../../ebm/measures/entropy.ts";
import { gridOf } from "../../../ebm/measures/landscape.ts";

test("entropy of n equally likely points is log n, whatever constant their log-density has", () => {
  expect(entropy(new Float64Array(8).fill(-1234))).toBeCloseTo(Math.log(8), 12);
});

test("entropy of ½, ¼, ¼ is 1½ log 2; a point without mass adds nothing", () => {
  const density = [2, 1, 0, 1];
  expect(entropy(Float64Array.from(density, Math.log))).toBeCloseTo(1.5 * Math.log(2), 12);
});

test("entropy(logDensity, cell) of a Gaussian in the plane is 1 + log 2πσ²", () => {
  const [points, side] = [gridOf(6, 121), 0.1];
  const log = Float64Array.from({ length: 121 ** 2 }, (_, i) => -(points[2 * i] ** 2 + points[2 * i + 1] ** 2) / 2);
  expect(entropy(log, side ** 2)).toBeCloseTo(1 + Math.log(2 * Math.PI), 6);
});

test("entropy of the eight Gaussians on 100 × 100 points is 7.957 nats, that of ebm-anatomy's own plot", () => {
  const { extent, logDensity } = mixture({ groups: 8, sd: 0.15, radius: 1 });
  const points = gridOf(extent, 100);
  const log = Float64Array.from({ length: 10_000 }, (_, i) => logDensity(points[2 * i], points[2 * i + 1]));
  expect(entropy(log)).toBeCloseTo(7.957, 3);
});

test("entropy is NaN without a finite mass", () => {
  expect(entropy(Float64Array.of(-Infinity, -Infinity))).toBeNaN();
  expect(entropy(Float64Array.of(0, NaN))).toBeNaN();
});
