/** Chains at several temperatures that change places. */

import { expect, test } from "vitest";
import { compile, foldIn, key, reference, tensor, toArray, zeros, type Tensor } from "../../../engine/index.ts";
import { langevin, mala, parallelTempering, walk, type Energy, type Sampler } from "../../../ebm/index.ts";
import { FAR } from "../chance.ts";
import { draw } from "../../engine/draw.ts";
import "../../engine/opened.ts";

type Result = { shape: readonly number[]; data: Float64Array };

const bowl: Energy = (x) => x.square().flatten(1).sum(1).mul(0.5);

/** Two wells at ±1 with a barrier of 12 between them, the left one deeper by about 0.7. */
const wells: Energy = (x) => x.square().sub(1).square().mul(12).add(x.mul(0.35)).reshape([-1]);
const stepSize = 0.01;

/** The mass right of 0. */
const [right, whole] = [0, -2].map((low) => {
  const at = Array.from({ length: 2000 }, (_, i) => low + ((2 - low) * (i + 0.5)) / 2000);
  return ((2 - low) / 2000) * at.reduce((sum, x) => sum + Math.exp(-12 * (x * x - 1) ** 2 - 0.35 * x), 0);
});

/** The share of chains in the right well after so many steps from the left one. */
async function share(sampler: Sampler, steps: number): Promise<number> {
  const compiled = compile((x: Tensor) => walk(sampler, wells, x, steps, key(1)).x.greater(0).toFloat().mean());
  const { data } = await toArray(compiled(tensor(Array.from({ length: 400 }, () => [-1]))));
  compiled.dispose();
  return data[0];
}

test("finds both wells of a target in which langevin and mala stay in one", async () => {
  expect(await share(langevin({ stepSize, noise: Math.sqrt(2 * stepSize) }), 300)).toBeLessThan(0.02);
  expect(await share(mala({ stepSize }), 300)).toBeLessThan(0.02);
  const tempered = parallelTempering((temperature) => mala({ stepSize, temperature }), [1, 2, 4, 8]);
  const wanted = right / whole;
  expect(wanted).toBeCloseTo(1 / 3, 2);
  expect(Math.abs((await share(tempered, 300)) - wanted)).toBeLessThan(FAR * Math.sqrt((wanted * (1 - wanted)) / 400));
});

test("swaps neighbours in turns: 0 and 1, 2 and 3; then 1 and 2", () => {
  // Nothing moves but by swaps, which flat energies always allow.
  const still: Sampler = { reports: [], init: (x) => ({ x }), step: (_key, { x }) => ({ state: { x }, info: {} }) };
  const sampler = parallelTempering(() => still, [1, 2, 3, 4]);
  const flat: Energy = (x) => x.sum(1).mul(0);
  const steps = reference((replicas: Tensor) => {
    let state: ReturnType<typeof sampler.init> = { ...sampler.init(zeros([1, 1]), flat), replicas: { x: replicas } };
    return [0, 1, 2].flatMap((i) => {
      const step = sampler.step(key(i), state, flat);
      state = step.state;
      return [state.replicas.x, state.x, step.info.swapped];
    });
  })({ shape: [4, 1], data: [0, 1, 2, 3] }) as Result[];
  expect(steps.map(({ data }) => [...data])).toEqual([
    ...[[1, 0, 3, 2], [1], [1]],
    ...[[1, 3, 0, 2], [1], [0]],
    ...[[3, 1, 2, 0], [3], [1]],
  ]);
});

test("refuses ladders that do not rise from above 0", () => {
  const family = (temperature: Tensor) => mala({ stepSize: 0.1, temperature });
  for (const ladder of [[], [1, 1], [2, 1], [0, 1], [-1], [1, Infinity], [NaN]])
    expect(() => parallelTempering(family, ladder)).toThrow(
      `parallelTempering: a ladder is of positive, rising temperatures, got [${ladder.join(", ")}]`,
    );
});

test("of one temperature is the sampler at that temperature", () => {
  const sampler = (temperature: Tensor | number) => mala({ stepSize: 0.3, temperature });
  const alone: Sampler = {
    ...sampler(2),
    step: (key, state, energy) => sampler(2).step(foldIn(key, 0), state as never, energy),
  };
  const ends = [parallelTempering(sampler, [2]), alone].map((sampler: Sampler) => [
    ...(reference((x: Tensor) => walk(sampler, bowl, x, 4, key(1)).x)(draw(1, [5, 2])) as Result).data,
  ]);
  expect(ends[0]).toEqual(ends[1]);
});
