/** The landscape: its grid, its three densities, and the divergences between them. */

import { expect, test } from "vitest";
import { mixture } from "../../../ebm/data/toys/gmm.ts";
import { toys, type Toy } from "../../../ebm/data/toys/index.ts";
import { landscape, gridOf, onGrid } from "../../../ebm/measures/landscape.ts";
import { normalFromBits } from "../../../engine/random/normal.ts";
import { randomBits } from "../../../engine/random/threefry.ts";

const toy = mixture({ groups: 4, sd: 0.2, radius: 1 });
const resolution = 40;

/** −log p at the points of the grid. */
const exact = ({ extent, logDensity }: Toy): Float64Array => {
  const points = gridOf(extent, resolution);
  return Float64Array.from({ length: resolution ** 2 }, (_, i) => -logDensity(points[2 * i], points[2 * i + 1]));
};

const normal = (i: number): number => normalFromBits(randomBits([1, 2], i));

/** Points of the mixture, of each Gaussian as many. */
const points = Array.from({ length: 1000 }, (_, i) =>
  toy.means[i % 4].map((mean, axis) => mean + toy.sd * normal(2 * i + axis)),
).flat();

const measured = (energies: ArrayLike<number>, samples: ArrayLike<number> = points) =>
  landscape({ truth: onGrid(toy, resolution), bandwidth: 0.1, energies, samples });

test("gridOf(extent, resolution) goes along x from −extent to extent, then up in y", () => {
  expect([...gridOf(2, 3)]).toEqual([-2, -2, 0, -2, 2, -2, -2, 0, 0, 0, 2, 0, -2, 2, 0, 2, 2, 2]);
});

test.each(Object.entries(toys))("kl_true_model of %s is 0 for the energy −log p, up to any constant", (_name, kind) => {
  const truth = onGrid(kind.of(kind.published), resolution);
  const energies = truth.logDensity.map((log) => 1234 - log);
  const { measures } = landscape({ truth, bandwidth: 0.1, energies, samples: points });
  expect(Math.abs(measures.kl_true_model)).toBeLessThan(1e-12);
});

test("kl_true_model of −½ log p is the divergence worked out on the grid", () => {
  const truth = exact(toy).map((energy) => Math.exp(-energy));
  const total = (density: Float64Array) => density.reduce((sum, value) => sum + value, 0);
  const model = truth.map(Math.sqrt);
  const [p, q] = [truth, model].map((density) => density.map((value) => value / total(density)));
  const wanted = p.reduce((sum, value, i) => sum + value * Math.log(value / q[i]), 0);
  expect(measured(exact(toy).map((energy) => energy / 2)).measures.kl_true_model).toBeCloseTo(wanted, 10);
  expect(wanted).toBeGreaterThan(0.1);
});

test("kl_true_shortrun is small for samples of the truth, and large where a part is missing", () => {
  const left = points.filter((_, i) => points[i - (i % 2)] < 0.5);
  const [whole, partial] = [points, left].map((samples) => measured(exact(toy), samples).measures.kl_true_shortrun);
  // Measured 0.055 and 16: kernels of a tenth of the samples' spread widen the Gaussians, and 250 points show each.
  expect(whole).toBeGreaterThan(0);
  expect(whole).toBeLessThan(0.1);
  expect(partial).toBeGreaterThan(1);
});

test("landscape gives truth, model and short run, each with mass 1 over the square", () => {
  const { landscapes } = measured(exact(toy));
  expect(landscapes.map(({ name }) => name)).toEqual(["truth", "model", "shortrun"]);
  const cell = ((2 * toy.extent) / (resolution - 1)) ** 2;
  for (const { density, extent, resolution: points } of landscapes) {
    expect([extent, points, density.length]).toEqual([toy.extent, resolution, resolution ** 2]);
    expect(density.reduce((sum, value) => sum + value * cell, 0)).toBeCloseTo(1, 10);
  }
  const [truth, model] = landscapes;
  truth.density.forEach((value, i) => expect(model.density[i]).toBeCloseTo(value, 10));
});

test("landscape shows no density of chains that ran away or fell together, and gives NaN for them", () => {
  for (const samples of [points.with(5, NaN), points.with(5, Infinity), Array<number>(20).fill(0.5)]) {
    const { landscapes, measures } = measured(exact(toy), samples);
    expect(measures.kl_true_shortrun).toBeNaN();
    expect(landscapes[2].density.every(Number.isNaN)).toBe(true);
    expect(measures.kl_true_model).toBeCloseTo(0, 10);
  }
});

test("kl_true_model is NaN for energies that are not numbers", () => {
  expect(measured(exact(toy).fill(NaN, 0, 1)).measures.kl_true_model).toBeNaN();
});
