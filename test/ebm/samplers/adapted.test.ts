/** Step sizes that seek an acceptance. */

import { expect, test } from "vitest";
import { compile, key, normal, reference, toArray, type Tensor } from "../../../engine/index.ts";
import { adapted, hmc, mala, randomWalk, walk, type Chains, type Energy, type Sampler } from "../../../ebm/index.ts";
import "../../engine/opened.ts";

type Result = { shape: readonly number[]; data: Float64Array };

const close = (values: readonly number[], digits = 9) => values.map((value) => expect.closeTo(value, digits) as number);

const bowl: Energy = (x) => x.square().flatten(1).sum(1).mul(0.5);

const families: [string, initial: number, target: number, (size: Tensor) => Sampler<Chains, "acceptance">][] = [
  ["mala", 1e-3, 0.574, (stepSize) => mala({ stepSize })],
  ["hmc", 30, 0.8, (stepSize) => hmc({ stepSize, leapfrogs: 3 })],
  ["randomWalk", 30, 0.234, (scale) => randomWalk({ scale })],
];

test.each(families)(
  "%s of initial size %d comes to accept %d, and then stays",
  async (_name, initial, target, family) => {
    const sampler = adapted(family, { initial, target, warmUp: 300 });
    const compiled = compile((x: Tensor) => {
      const warm = walk(sampler, bowl, x, 300, key(1));
      const on = walk(sampler, bowl, warm.state, 50, key(2));
      return [on.means.acceptance, on.state.adaptation.logMean, warm.state.adaptation.logMean];
    });
    const results = await Promise.all(compiled(normal(key(3), [60, 10])).map(toArray));
    const [[acceptance], after, before] = results.map(({ data }) => Array.from(data));
    // The mean of logarithms is not quite where the mean acceptance is the target.
    expect(Math.abs(acceptance - target)).toBeLessThan(0.1);
    expect(after).toEqual(before);
    compiled.dispose();
  },
);

test("moves by the dual averaging of Hoffman & Gelman, each chain by its own acceptance", () => {
  const acceptances = [0.9, 0.2, 0.4, 0.7];
  const told: Sampler<Chains, "acceptance"> = {
    reports: ["acceptance"],
    init: (x) => ({ x }),
    step: (_key, { x }) => ({
      state: { x: x.slice([null, [1]]).add(0).pad([[0, 0], [0, 1]]) }, // prettier-ignore
      info: { acceptance: x.slice([null, [0, 1]]).reshape([2]) },
    }),
  };
  const sampler = adapted(() => told, { initial: 0.5, target: 0.6, warmUp: 4 });
  const [steps, means] = reference((x: Tensor) => {
    const { state } = walk(sampler, bowl, x, 4, key(1));
    return [state.adaptation.logStep, state.adaptation.logMean];
  })({ shape: [2, 4], data: [...acceptances, 1, 1, 1, 1] }) as Result[];
  [acceptances, [1, 1, 1, 1]].forEach((told, chain) => {
    let [missed, logStep, logMean] = [0, Math.log(0.5), Math.log(0.5)];
    told.forEach((acceptance, at) => {
      const t = at + 1;
      missed = (1 - 1 / (t + 10)) * missed + (0.6 - acceptance) / (t + 10);
      logStep = Math.log(10 * 0.5) - (Math.sqrt(t) / 0.05) * missed;
      logMean = t ** -0.75 * logStep + (1 - t ** -0.75) * logMean;
    });
    expect([steps.data[chain], means.data[chain]]).toEqual(close([logStep, logMean]));
  });
});

test("where every step is accepted, step sizes grow to the largest that is allowed, and not beyond", () => {
  const flat: Energy = (x) => x.mul(0).flatten(1).sum(1);
  const sampler = adapted((stepSize) => mala({ stepSize }), { initial: 0.5, target: 0.6, warmUp: 30, most: 2 });
  const program = reference((x: Tensor) => walk(sampler, flat, x, 60, key(1)).state.adaptation.logMean);
  const { data } = program({ shape: [2, 1], data: [0, 1] }) as Result;
  expect([...data]).toEqual(close([Math.log(2), Math.log(2)], 1));
  for (const logMean of data) expect(logMean).toBeLessThanOrEqual(Math.log(2));
});
