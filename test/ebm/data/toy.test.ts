// The toy distributions: densities worked out with scipy, total mass, extent, and means.
import { describe, expect, test } from "vitest";
import { mixture } from "../../../ebm/data/mixture.ts";
import { rings } from "../../../ebm/data/rings.ts";
import { toys, type Toy } from "../../../ebm/data/toy.ts";

const eight = mixture({ groups: 8, sd: 0.15, radius: 1 });
const four = rings({ groups: 4, sd: 0.15, radius: 1 });

test.each([
  [1, 0, -0.1230741959869207],
  [0, 0, -20.265859318859807],
  [0.7, 0.6, -0.3790719453153703],
  [-1.2, 0.4, -4.521259736984099],
  [9, 9, -3056.6598759113017],
])("mixture of 8 at (%d, %d) has log-density %d", (x, y, expected) => {
  expect(eight.logDensity(x, y)).toBeCloseTo(expected, 11);
});

test.each([
  [1, 0, -2.2459899756246644],
  [0, 2.1, -3.210149523777061],
  [-3, 4, -26.077650110504354],
  [0.1, 0.05, -17.58588840972156],
  [1.1, 1.1, -6.994891116956493],
])("rings of 4 at (%d, %d) has log-density %d", (x, y, expected) => {
  expect(four.logDensity(x, y)).toBeCloseTo(expected, 11);
});

test("mixture puts its means evenly on the circle, the first on the x axis", () => {
  const { means } = mixture({ groups: 4, sd: 0.1, radius: 2 });
  const expected = [2, 0, 0, 2, -2, 0, 0, -2];
  means.flat().forEach((value, i) => expect(value).toBeCloseTo(expected[i], 14));
});

test("the extent is four standard deviations beyond the outermost part", () => {
  expect(eight.extent).toBeCloseTo(1.6, 14);
  expect(four.extent).toBeCloseTo(4.6, 14);
});

test("rings has a finite density at the origin", () => {
  expect(four.logDensity(0, 0)).toBeLessThan(-10);
});

describe("the density of every toy sums to 1 over its square, but for what lies beyond four standard deviations", () => {
  test.each(Object.entries(toys))("%s", (_name, toy) => {
    expect(mass(toy({ groups: 3, sd: 0.2, radius: 1.5 }))).toBeCloseTo(1, 3);
  });
});

/** The midpoint rule on 400 × 400 cells. */
function mass({ extent, logDensity }: Toy): number {
  const side = (2 * extent) / 400;
  const centre = (i: number): number => -extent + (i + 0.5) * side;
  let sum = 0;
  for (let i = 0; i < 400; i++) for (let j = 0; j < 400; j++) sum += Math.exp(logDensity(centre(i), centre(j)));
  return sum * side * side;
}
