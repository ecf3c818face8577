/** What of a log-density becomes colours, and points drawn from it. */

import { expect, test } from "vitest";
import { initial, settingsOf, withRecipe } from "../../../../../cli/web/rooms/landscape/choices.ts";
import { shadesOf } from "../../../../../cli/web/density.ts";
import { planeOf } from "../../../../../cli/web/rooms/landscape/plane.ts";
import { pointsOf } from "../../../../../cli/web/rooms/landscape/points.ts";

test("shadesOf a density goes from 0 to its peak, and names it", () => {
  const { values, range, ends } = shadesOf([Math.log(0.25), Math.log(0.5), -Infinity], "density");
  expect([...values]).toEqual([0.5, 1, 0]);
  expect(range).toEqual([0, 1]);
  expect(ends).toEqual(["0", "0.500"]);
});

test("shadesOf an energy reaches 15 nats, or half of the square where that is more", () => {
  expect(shadesOf([0, -1, -2, -30], "energy").range).toEqual([-15, 0]);
  expect(shadesOf([0, -400, -300, -100], "energy").range).toEqual([-100, 0]);
  expect(shadesOf([0, -1, -2, -30], "energy").values.at(-1)).toBe(-15);
});

test("shadesOf an energy leaves out where nothing falls, however much of the square that is", () => {
  const { values, range } = shadesOf([0, -2, -Infinity, -Infinity, -Infinity], "energy");
  expect([...values, ...range]).toEqual([0, -2, -15, -15, -15, -15, 0]);
});

test("shadesOf what is no number is dark and fails nothing", () => {
  for (const scale of ["density", "energy"] as const) {
    const { range, levels } = shadesOf([NaN, NaN], scale);
    expect([...range, ...levels].every(Number.isFinite)).toBe(true);
  }
});

test("pointsOf a plane follow its truth, and their seed", () => {
  const plane = planeOf(settingsOf(withRecipe(initial, "anatomy/rings-convergent-tiny")), null);
  const points = pointsOf(plane, 3);
  const radii = Array.from({ length: points.length / 2 }, (_, i) => Math.hypot(points[2 * i], points[2 * i + 1]));
  // Rings of radius 1 to 4 and standard deviation 0.15: hardly any point is four of them away from the nearest.
  const near = radii.filter((radius) => Math.abs(radius - Math.min(4, Math.max(1, Math.round(radius)))) < 0.6);
  expect(near).toHaveLength(radii.length);
  for (const ring of [1, 2, 3, 4])
    expect(radii.filter((radius) => Math.round(radius) === ring).length).toBeGreaterThan(60);
  expect([...pointsOf(plane, 3)]).toEqual([...points]);
  expect([...pointsOf(plane, 4)]).not.toEqual([...points]);
});
