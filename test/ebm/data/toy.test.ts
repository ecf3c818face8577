// The toy distributions: densities worked out with scipy and numpy, total mass, entropy, extent, and means; labelled points of each.
import { describe, expect, test } from "vitest";
import { mixture } from "../../../ebm/data/toys/gmm.ts";
import { ringsOf } from "../../../ebm/data/toys/rings.ts";
import { toyOf, toys, type Toy } from "../../../ebm/data/toys/index.ts";
import { pointSet } from "../../../ebm/data/pointSets.ts";
import { FAR } from "../chance.ts";

const eight = mixture({ groups: 8, sd: 0.15, radius: 1 });
const four = ringsOf({ groups: 4, sd: 0.15, radius: 1 });

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

// The mean over 400 001 midpoints along the curve; of the spirals by 1280 nodes, with their jitter by error functions.
test.each([
  ["moons", 0, 0, -8.080378470559586],
  ["moons", -3, 0, -2.016478347898761],
  ["moons", 1, -1.4, -2.3870383773912263],
  ["circles", 0, 0, -19.208041535689],
  ["circles", 1.5, 0, -2.4250694319610933],
  ["circles", 2, 1, -6.929141165745058],
  ["2spirals", 0, 0, -3.647456344866418],
  ["2spirals", 1, 0.5, -2.598007817339378],
  ["2spirals", -2, 1, -2.207724263781273],
  ["2spirals", 3, -0.5, -21.372330469652113],
  ["swissroll", 0, 0, -13.556385912611274],
  ["swissroll", 1, -1, -2.998705363386206],
  ["swissroll", 0, 2.8, -3.2799053547971972],
  ["cos", 1, 2, -0.957954667014512],
  ["cos", -2, 2.4, -385.7534331189681],
])("%s as published has at (%d, %d) the log-density %d", (name, x, y, expected) => {
  expect(published(name).logDensity(x, y)).toBeCloseTo(expected, 7);
});

test("checkerboard is uniform on the dark squares of a board from −4 to 4, and nothing lies between them", () => {
  const { logDensity } = published("checkerboard");
  const dark = [-3.9, -3.9, -3.9, 1.9, -0.1, -0.1, -1, 3.9, 0, 0, 1, -3, 2, 2, 3, -1];
  const light = [-3.9, -1.9, -1, 1, 1, -1, 3.9, 1.9, 4.1, 4.1, 2, 0, -1, -3, -4.1, 0.1];
  for (let i = 0; i < dark.length; i += 2) {
    expect(logDensity(dark[i], dark[i + 1])).toBeCloseTo(-Math.log(32), 14);
    expect(logDensity(light[i], light[i + 1])).toBe(-Infinity);
  }
});

test("pinwheel is the same turned by a fifth, but not when it is mirrored", () => {
  const { logDensity } = published("pinwheel");
  for (const [distance, angle] of [
    [0.3, 1],
    [1.9, 0.2],
    [3, 2.5],
  ]) {
    const at = (turn: number): number => logDensity(distance * Math.cos(turn), distance * Math.sin(turn));
    expect(at(angle + (2 * Math.PI) / 5)).toBeCloseTo(at(angle), 9);
    expect(Math.abs(at(angle) - at(-angle))).toBeGreaterThan(0.1);
  }
});

describe("every toy as published, and those whose measures can be chosen with others", () => {
  const others = ["gmm", "rings", "circles", "pinwheel"].map((name): [string, Toy] => [
    `${name} of three`,
    toys[name].of({ groups: 3, sd: 0.1, radius: 1.5 }),
  ]);
  const all = [...Object.keys(toys).map((name): [string, Toy] => [name, published(name)]), ...others];

  test.each(all)("the density of %s sums to 1, and the mean of −log p over its points is its entropy", (name, toy) => {
    const { mass, entropy } = summed(toy);
    // What lies beyond four standard deviations.
    expect(mass).toBeCloseTo(1, 4);
    const count = 1500;
    const { points } = pointSet(name, toy, { seed: 5, part: "train", count });
    const logs = Array.from({ length: count }, (_, i) => toy.logDensity(points[2 * i], points[2 * i + 1]));
    const mean = logs.reduce((sum, log) => sum + log, 0) / count;
    const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / count;
    expect(Math.abs(mean + entropy)).toBeLessThan(FAR * Math.sqrt(variance / count) + 1e-3);
  });

  test.each(all)("points of %s lie nearest to the part that is their label, nearly all of them", (name, toy) => {
    const count = 500;
    const { points, labels } = pointSet(name, toy, { seed: 6, part: "test", count });
    const own = labels.filter((label, i) => toy.nearest(points[2 * i], points[2 * i + 1]).part === label);
    expect(own.length / count).toBeGreaterThan(0.97);
    expect(new Set(labels).size).toBe(toy.groups);
  });
});

test("nearest tells the distance from a curve, and from a square of the board", () => {
  const distance = (name: string, x: number, y: number): number => published(name).nearest(x, y).distance;
  expect(distance("circles", 0, 0)).toBeCloseTo(1.5, 3);
  expect(distance("moons", -1, 2.8)).toBeCloseTo(1, 3);
  expect(distance("moons", -3, -1.2)).toBeCloseTo(1, 3);
  expect(distance("swissroll", 0, 3)).toBeCloseTo(0.1726, 4);
  expect(distance("line", 1, 0)).toBeCloseTo(Math.SQRT1_2, 12);
  expect(distance("checkerboard", 1, 1)).toBe(0);
  expect(distance("checkerboard", 5, 5)).toBeCloseTo(Math.SQRT2, 14);
});

test("toyOf makes the toy that is named, and none of images", () => {
  expect(toyOf({ name: "gmm", groups: 3, sd: 0.2, radius: 1 })).toMatchObject({ groups: 3, extent: 1.8 });
  expect(toyOf({ name: "mnist", groups: 3, sd: 0.2, radius: 1 })).toBeNull();
});

test.each([
  [{ name: "moons", groups: 3, sd: 0.2, radius: 2 }, "data.groups: of moons it is always 2, got 3"],
  [{ name: "checkerboard", groups: 8, sd: 0.1, radius: 4 }, "data.sd: of checkerboard it is always 0, got 0.1"],
  [{ name: "rings", groups: 4, sd: 0, radius: 1 }, "data.sd: rings has a density with noise only, above 0; got 0"],
  [
    { name: "line", groups: 1, sd: 1e-6, radius: 2.5 },
    "data.sd: on curves of this length at least 0.000088, got 0.000001",
  ],
])("toyOf(%o) is refused", (data, message) => {
  expect(() => toyOf(data)).toThrow(new RangeError(message));
});

function published(name: string): Toy {
  return toys[name].of(toys[name].published);
}

/** ∫ p and −∫ p log p over the square, by the midpoint rule on 120 × 120 cells. */
function summed({ extent, logDensity }: Toy): { mass: number; entropy: number } {
  const side = (2 * extent) / 120;
  const centre = (i: number): number => -extent + (i + 0.5) * side;
  let [mass, entropy] = [0, 0];
  for (let i = 0; i < 120 * 120; i++) {
    const log = logDensity(centre(i % 120), centre(Math.floor(i / 120)));
    if (log === -Infinity) continue;
    mass += Math.exp(log) * side * side;
    entropy -= log * Math.exp(log) * side * side;
  }
  return { mass, entropy };
}
