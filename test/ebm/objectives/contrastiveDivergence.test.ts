/** Contrastive divergence: its value, its scale, and where its gradient goes. */

import { expect, test } from "vitest";
import { grad, reference, type Tensor } from "../../../engine/index.ts";
import { contrastiveDivergence } from "../../../ebm/index.ts";

const data = { shape: [2, 2], data: [1, 2, -1, 0.5] };
const samples = { shape: [3, 2], data: [0, 1, 3, -1, 1, 1] };
const w = { shape: [2, 1], data: [0.5, -2] };

type Result = { data: Float64Array };

const energyUnder = (w: Tensor) => (x: Tensor) => x.matmul(w).reshape([-1]);

/** [loss, energy of data, energy of samples] for the energy w · x. */
const linear = (temperature?: number): number[] =>
  (
    reference((w: Tensor, data: Tensor, samples: Tensor) => {
      const contrast = contrastiveDivergence(energyUnder(w), data, samples, temperature);
      return [contrast.loss, contrast.energyOfData, contrast.energyOfSamples];
    })(w, data, samples) as Result[]
  ).map(({ data }) => data[0]);

test("contrastiveDivergence is the mean energy of data less that of samples, whatever their numbers", () => {
  // Energies −3.5 and −1.5 of data; −2, 3.5 and −1.5 of samples.
  expect(linear()).toEqual([-2.5, -2.5, 0]);
});

test("contrastiveDivergence divides the difference by the temperature, and the energies by nothing", () => {
  expect(linear(0.25)).toEqual([-10, -2.5, 0]);
});

/** A smooth energy with curvature in w and x. */
const curved = (w: Tensor) => (x: Tensor) => x.matmul(w).tanh().square().reshape([-1]);

test("its gradient towards parameters is that of finite differences, with the samples held fixed", () => {
  const loss = (w: Tensor, data: Tensor, samples: Tensor) =>
    contrastiveDivergence(curved(w), data, samples.mul(w.reshape([1, 2])), 0.5).loss;
  const [slope] = reference((w: Tensor, data: Tensor, samples: Tensor) => [grad(loss(w, data, samples), w)])(
    w,
    data,
    samples,
  ) as Result[];
  // The samples as they are at w, for the parameters moved to either side.
  const fixed = { ...samples, data: samples.data.map((value, i) => value * w.data[i % 2]) };
  const value = reference(
    (w: Tensor, data: Tensor, samples: Tensor) => contrastiveDivergence(curved(w), data, samples, 0.5).loss,
  );
  const h = 1e-5;
  const moved = (at: number, by: number) => ({ ...w, data: w.data.with(at, w.data[at] + by) });
  [0, 1].forEach((at) => {
    const [up, down] = [h, -h].map((by) => (value(moved(at, by), data, fixed) as Result).data[0]);
    // h²/6 times a third derivative below 100, and rounding 1e-16 / h.
    expect(Math.abs(slope.data[at] - (up - down) / (2 * h))).toBeLessThan(2e-9);
  });
});

test("no gradient reaches the samples, and the data have theirs", () => {
  const slopes = reference((w: Tensor, data: Tensor, samples: Tensor) =>
    grad(contrastiveDivergence(energyUnder(w), data, samples, 0.5).loss, [data, samples]),
  )(w, data, samples) as Result[];
  expect([...slopes[0].data]).toEqual([0.5, -2, 0.5, -2]);
  expect([...slopes[1].data]).toEqual([0, 0, 0, 0, 0, 0]);
});
