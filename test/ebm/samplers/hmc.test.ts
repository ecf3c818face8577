/** MALA and HMC: what their steps are, that one is a case of the other, and that leapfrogs go back where they came from. */

import { expect, test } from "vitest";
import { foldIn, key, normal, reference, uniform, type Tensor } from "../../../engine/index.ts";
import { anatomyStep, hmc, mala, temperatureOf, walk, type Energy, type Sampler } from "../../../ebm/index.ts";
import { draw } from "../../engine/draw.ts";

type Result = { data: Float64Array };

const quartic: Energy = (x) => x.square().square().sum(1).mul(0.25);
const start = draw(1, [6, 3], -1.5, 1.5);

const ends = (sampler: Sampler, steps: number): number[] => [
  ...(reference((x: Tensor) => walk(sampler, quartic, x, steps, key(5)).x)(start) as Result).data,
];
const close = (values: readonly number[], digits = 9) => values.map((value) => expect.closeTo(value, digits) as number);

test.each([
  [0.5, 1],
  [0.9, 0.3],
])(
  "hmc of one leapfrog of %d at temperature %d takes the steps of mala with half its square",
  (stepSize, temperature) => {
    const one = ends(hmc({ stepSize, temperature }), 8);
    expect(ends(mala({ stepSize: stepSize ** 2 / 2, temperature }), 8)).toEqual(close(one));
    // Some are taken, some are not.
    const first = ends(hmc({ stepSize, temperature }), 1);
    const moved = first.filter((x, i) => Math.abs(x - start.data[i]) > 1e-12).length;
    expect(moved).toBeGreaterThan(0);
  },
);

/** E, noise, proposal and acceptance of one mala step from x, in numbers. */
function byHand(x: readonly number[], noise: readonly number[], eta: number, T: number, factor: number) {
  const energy = (at: readonly number[]) => at.reduce((sum, value) => sum + value ** 4 / 4, 0);
  const proposed = x.map((value, i) => value - eta * value ** 3 + Math.sqrt(2 * eta * T) * noise[i]);
  const back = proposed.reduce((sum, value, i) => sum + (x[i] - value + eta * value ** 3) ** 2, 0);
  const forth = noise.reduce((sum, value) => sum + value ** 2, 0) / 2;
  return { proposed, acceptance: Math.min(1, Math.exp((energy(x) - energy(proposed)) / T + forth - factor * back)) };
}

test.each([
  ["the step size η and the temperature T", 0.2, 0.7, false, 1 / (4 * 0.2 * 0.7)],
  ["the published γ / 4 in the place of 1 / 4γ", 0.2, 0.7, true, (0.2 * 0.7) / 4],
])("mala accepts as its formula says, with %s", (_what, stepSize, temperature, published, factor) => {
  const sampler = mala({ stepSize, temperature, published });
  const [noise, acceptance, after] = reference((x: Tensor) => {
    const { state, info } = sampler.step(key(2), sampler.init(x, quartic), quartic);
    return [normal(foldIn(key(2), 0), [6, 3]), info.acceptance, state.x, uniform(foldIn(key(2), 1), [6])];
  })(start) as Result[];
  let taken = 0;
  for (let chain = 0; chain < 6; chain++) {
    const row = (data: ArrayLike<number>) => Array.from(data).slice(3 * chain, 3 * chain + 3);
    const wanted = byHand(row(start.data), row(noise.data), stepSize, temperature, factor);
    expect(acceptance.data[chain]).toBeCloseTo(wanted.acceptance, 10);
    const moved = Math.abs(after.data[3 * chain] - start.data[3 * chain]) > 1e-12;
    expect(row(after.data)).toEqual(close(moved ? wanted.proposed : row(start.data)));
    taken += Number(moved);
  }
  expect(taken).toBeGreaterThan(0);
});

test("mala's acceptance there and back are reciprocal: their logarithms add up to 0", () => {
  // From x with noise ξ to x′, and from x′ with the noise that leads back.
  const [eta, T] = [0.3, 0.5];
  const x = [0.7, -1.1, 0.4];
  const noise = [0.3, -0.2, 1.4];
  const log = (from: readonly number[], with_: readonly number[]) => {
    const { proposed } = byHand(from, with_, eta, T, 1 / (4 * eta * T));
    const energy = (at: readonly number[]) => at.reduce((sum, value) => sum + value ** 4 / 4, 0);
    const back = proposed.map((value, i) => (from[i] - value + eta * value ** 3) / Math.sqrt(2 * eta * T));
    const half = (values: readonly number[]) => values.reduce((sum, value) => sum + value ** 2, 0) / 2;
    return { proposed, back, ratio: (energy(from) - energy(proposed)) / T + half(with_) - half(back) };
  };
  const there = log(x, noise);
  const back = log(there.proposed, there.back);
  expect(back.proposed).toEqual(close(x));
  expect(there.ratio + back.ratio).toBeCloseTo(0, 12);
});

test("hmc's error of energy falls with the square of its step size", () => {
  // 1 − acceptance is about |H′ − H|, over a time that is always 1.
  const missing = (leapfrogs: number) => {
    const sampler = hmc({ stepSize: 1 / leapfrogs, leapfrogs });
    const program = reference((x: Tensor) => sampler.step(key(2), sampler.init(x, quartic), quartic).info.acceptance);
    return Array.from((program(start) as Result).data, (value) => 1 - value);
  };
  const [coarse, fine] = [missing(20), missing(40)].map((values) => values.reduce((a, b) => a + b));
  expect(coarse / fine).toBeGreaterThan(3.5);
  expect(coarse / fine).toBeLessThan(4.5);
});

test("hmc with published slopes goes on with the slope of a rejected proposal, the right one with its own", () => {
  // A step far too long, which is rejected.
  for (const published of [false, true]) {
    const sampler = hmc({ stepSize: 3, leapfrogs: 2, published });
    const [x, slope] = reference((x: Tensor) => {
      const { state } = sampler.step(key(2), sampler.init(x, quartic), quartic);
      return [state.x, state.slope];
    })(start) as Result[];
    expect([...x.data]).toEqual([...start.data]);
    const own = Array.from(start.data, (value) => value ** 3);
    if (published) expect(slope.data[0]).not.toBeCloseTo(own[0], 3);
    else expect([...slope.data]).toEqual(close(own));
  }
});

test("anatomyStep(ε) follows the net with step size 1 and noise ε, at temperature ε² / 2", () => {
  expect(anatomyStep(0.0075)).toEqual({ stepSize: 1, noise: 0.0075 });
  expect(temperatureOf(anatomyStep(0.0075))).toBeCloseTo(0.0075 ** 2 / 2, 15);
  // mnist trained with 0.0075 and sampled with noise 0.002, at the same temperature: a smaller step.
  const slower = anatomyStep(0.0075, { noise: 0.002 });
  expect(slower.stepSize).toBeCloseTo((0.002 / 0.0075) ** 2, 12);
  expect(temperatureOf(slower)).toBeCloseTo(0.0075 ** 2 / 2, 15);
  expect(temperatureOf(anatomyStep(0.01, { factor: 3 }))).toBeCloseTo(1.5e-4, 12);
});
