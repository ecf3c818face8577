/** The thesis' minimisers, against the same steps in numbers. */

import { expect, test } from "vitest";
import { key, reference, type Tensor } from "../../../engine/index.ts";
import { adamDescent, descent, langevin, walk, type Energy, type Sampler } from "../../../ebm/index.ts";

type Result = { data: Float64Array };

const quartic: Energy = (x) => x.square().square().sum(1).mul(0.25);
const start = { shape: [2, 2], data: [2, -1, 0.5, 1.5] };

const ends = (sampler: Sampler, steps: number): number[] => [
  ...(reference((x: Tensor) => walk(sampler, quartic, x, steps, key(5)).x)(start) as Result).data,
];
const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 9) as number);

test("descent({ momentum }) keeps a share of the direction, which begins as the slope", () => {
  const wanted = start.data.map((x) => {
    let direction = x ** 3;
    for (let i = 0; i < 4; i++) {
      direction = 0.7 * direction + 0.3 * x ** 3;
      x -= 0.05 * direction;
    }
    return x;
  });
  expect(ends(descent({ stepSize: 0.05, momentum: 0.7 }), 4)).toEqual(close(wanted));
});

test("descent without momentum is langevin without noise, and with noise langevin with it", () => {
  for (const noise of [0, 0.01])
    expect(ends(descent({ stepSize: 0.05, noise }), 5)).toEqual(close(ends(langevin({ stepSize: 0.05, noise }), 5)));
});

test("adamDescent is Adam on each coordinate, with betas 0.5 and 0.999", () => {
  const wanted = start.data.map((x) => {
    let [mean, square] = [0, 0];
    for (let t = 1; t <= 4; t++) {
      mean = 0.5 * mean + 0.5 * x ** 3;
      square = 0.999 * square + 0.001 * x ** 6;
      x -= (0.1 * (mean / (1 - 0.5 ** t))) / (Math.sqrt(square / (1 - 0.999 ** t)) + 1e-8);
    }
    return x;
  });
  expect(ends(adamDescent({ stepSize: 0.1 }), 4)).toEqual(close(wanted));
});
