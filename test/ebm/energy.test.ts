/** The energy convention: low where data is. */

import { expect, test } from "vitest";
import { reference } from "../../engine/index.ts";
import { fromLogDensity, sumOf, tempered, type Energy } from "../../ebm/index.ts";

const quadratic: Energy = (x) => x.square().sum(1).mul(0.5);
const linear: Energy = (x) => x.sum(1);

const at = (energy: Energy): number[] => {
  const points = { shape: [2, 2], data: [3, 4, 1, -1] };
  return [...(reference(energy)(points) as { data: Float64Array }).data];
};

test("fromLogDensity(log p) is − log p", () => {
  expect(at(fromLogDensity((x) => quadratic(x).neg()))).toEqual([12.5, 1]);
});

test("tempered(E, T) is E / T", () => {
  expect(at(tempered(quadratic, 0.25))).toEqual([50, 4]);
});

test("sumOf(E, F) is E + F", () => {
  expect(at(sumOf(quadratic, linear))).toEqual([19.5, 1]);
});
