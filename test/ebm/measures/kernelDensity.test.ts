// The kernel density estimate against scipy.stats.gaussian_kde(points, bw_method=0.3).logpdf.
import { expect, test } from "vitest";
import { kernelDensity } from "../../../ebm/measures/kernelDensity.ts";

const points = [0, 0, 1, 0.5, -0.5, 2, 0.3, -1, 2, 1.5];

test.each([
  [0, 0, -1.1710509443101156],
  [0.5, 0.5, -2.2736706556347257],
  [-2, 3, -20.18638268879873],
  [30, -30, -9522.21181839299],
])("kernelDensity of five points at (%d, %d) is scipy's, log-density %d", (x, y, expected) => {
  expect(kernelDensity(points, 0.3)([x, y])[0] / expected).toBeCloseTo(1, 12);
});

test("kernelDensity gives one number for each place asked for", () => {
  const estimate = kernelDensity(points, 0.3);
  expect([...estimate([0, 0, -2, 3])]).toEqual([estimate([0, 0])[0], estimate([-2, 3])[0]]);
});

test("kernelDensity has total mass 1", () => {
  const side = 0.05;
  const axis = Array.from({ length: 240 }, (_, i) => -6 + (i + 0.5) * side);
  const density = kernelDensity(points, 0.5)(axis.flatMap((y) => axis.flatMap((x) => [x, y])));
  expect(density.reduce((sum, log) => sum + Math.exp(log) * side * side, 0)).toBeCloseTo(1, 6);
});

test.each([
  ["fewer than 3 points", [0, 0, 1, 1], "kernelDensity: expected at least 3 points, got 2"],
  ["points on a line", [0, 0, 1, 1, 2, 2], "kernelDensity: the points lie on a line or are not finite"],
  ["a point that is not a number", [0, 0, 1, 2, NaN, 1], "kernelDensity: the points lie on a line or are not finite"],
])("kernelDensity refuses %s", (_what, few, message) => {
  expect(() => kernelDensity(few, 0.3)).toThrow(message);
});
