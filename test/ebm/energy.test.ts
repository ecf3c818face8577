/** The energy convention: low where data is. */

import { expect, test } from "vitest";
import { reference } from "../../engine/index.ts";
import { fromLogDensity, gaussian, sumOf, tempered, through, type Energy } from "../../ebm/index.ts";

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

test("gaussian(scale) is ‖x‖² / 2 scale²", () => {
  expect(at(gaussian())).toEqual([12.5, 1]);
  expect(at(gaussian(5))).toEqual([0.5, 0.04]);
});

test("through(G, E) is E(G(z)), and with the energy of the latents the sum of both", () => {
  const doubled = (z: Parameters<Energy>[0]) => z.mul(2);
  expect(at(through(doubled, linear))).toEqual([14, 0]);
  expect(at(through(doubled, linear, gaussian()))).toEqual([26.5, 1]);
});
