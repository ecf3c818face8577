/** The Metropolis choice, energies that are not numbers, and chains that do not depend on each other. */

import { describe, expect, test } from "vitest";
import { broadcast, compile, fromArray, key, reference, tensor, toArray, type Tensor } from "../../../engine/index.ts";
import {
  adapted,
  descent,
  hmc,
  independent,
  kineticLangevin,
  langevin,
  mala,
  parallelTempering,
  randomWalk,
  scheduled,
  under,
  walk,
  type Chains,
  type Energy,
  type Sampler,
} from "../../../ebm/index.ts";
import { metropolis } from "../../../ebm/samplers/metropolis.ts";
import { FAR } from "../chance.ts";
import { draw } from "../../engine/draw.ts";
import "../../engine/opened.ts";

type Result = { data: ArrayLike<number> };

test("metropolis accepts with probability min(1, exp((before − after) / T + correction))", () => {
  const n = 40_000;
  const program = reference((before: Tensor, after: Tensor, correction: Tensor) => {
    const repeated = [before, after, correction].map((x) => broadcast(x.reshape([3, 1]), [3, n]));
    const { acceptance, accepted } = metropolis(key(3), repeated[0], repeated[1], 2, repeated[2]);
    return [acceptance, accepted.toFloat().mean(1)];
  });
  const numbers = (...data: number[]) => ({ shape: [3], data });
  const [acceptance, accepted] = program(numbers(1, 2, 0), numbers(2, 1, 0.3), numbers(0.5, 0, -0.2)) as Result[];
  [1, 1, Math.exp(-0.35)].forEach((probability, row) => {
    expect(acceptance.data[row * n]).toBeCloseTo(probability, 12);
    const spread = Math.sqrt((probability * (1 - probability)) / n);
    expect(Math.abs(accepted.data[row] - probability)).toBeLessThanOrEqual(FAR * spread);
  });
});

test("metropolis rejects energies and corrections that are not numbers, and leaves a start that has none", async () => {
  const columns = [
    // before, after, correction, acceptance
    [0, NaN, 0, 0],
    [0, Infinity, 0, 0],
    [0, -Infinity, 0, 0],
    [0, -5, NaN, 0],
    [0, -5, Infinity, 0],
    [NaN, NaN, 0, 0],
    [Infinity, Infinity, 0, 0],
    [NaN, 3, 0, 1],
    [Infinity, 3, 0, 1],
    [3, 3, 0, 1],
  ];
  const arrays = [0, 1, 2].map((at) =>
    fromArray({ dtype: "f32", shape: [columns.length], data: Float32Array.from(columns, (column) => column[at]) }),
  );
  const compiled = compile((before: Tensor, after: Tensor, correction: Tensor) => {
    const { acceptance, accepted } = metropolis(key(1), before, after, 1, correction);
    return [acceptance, accepted.toFloat()];
  });
  const wanted = columns.map((column) => column[3]);
  for (const result of compiled(arrays[0], arrays[1], arrays[2]))
    expect([...(await toArray(result)).data]).toEqual(wanted);
  compiled.dispose();
});

/** N(0, 1) for x < 1, and something else beyond. */
const walled =
  (beyond: Tensor): Energy =>
  (x) =>
    x.less(1).where(x.square().mul(0.5), beyond).sum(1);

const adjusted: Record<string, Sampler> = {
  mala: mala({ stepSize: 0.5 }),
  hmc: hmc({ stepSize: 0.8, leapfrogs: 2 }),
  randomWalk: randomWalk({ scale: 1 }),
  independent: independent(),
  adapted: adapted((scale) => randomWalk({ scale }), { initial: 1, target: 0.4, warmUp: 10 }),
  parallelTempering: parallelTempering((temperature) => mala({ stepSize: 0.4, temperature }), [1, 2, 4]),
};

describe.each(Object.entries(adjusted))("%s", (_name, sampler) => {
  test.each([NaN, Infinity])("rejects proposals whose energy is %d, and its chains live on", async (beyond) => {
    const compiled = compile((x: Tensor, beyond: Tensor) =>
      [1, 40].map((steps) => walk(sampler, walled(beyond), x, steps, key(4)).x),
    );
    const start = tensor(Array.from({ length: 300 }, (_, i) => [0.9 - (i % 7) * 0.1]));
    const ends = compiled(start, fromArray({ dtype: "f32", shape: [1], data: Float32Array.of(beyond) }));
    const [first, last] = (await Promise.all(ends.map(toArray))).map(({ data }) => Array.from(data));
    for (const data of [first, last]) expect(data.filter((x) => !(x < 1))).toEqual([]);
    // The mean of N(0, 1) cut at 1 is −φ(1) / Φ(1); by now no chain is where it was.
    const mean = last.reduce((sum, x) => sum + x) / 300;
    expect(Math.abs(mean + 0.2876)).toBeLessThan(FAR * Math.sqrt(0.63 / 300));
    expect(last.filter((x, i) => x === first[i])).toEqual([]);
    compiled.dispose();
  });
});

const all: Record<string, Sampler> = {
  ...adjusted,
  langevin: langevin({ stepSize: 0.2, noise: 0.3 }),
  kineticLangevin: kineticLangevin({ stepSize: 0.3, friction: 1 }),
  descent: descent({ stepSize: 0.2, momentum: 0.5, noise: 0.1 }),
  scheduled: scheduled((i) => langevin({ stepSize: 0.1, noise: i.add(1).div(10) })),
};

const bowl: Energy = (x) => x.square().flatten(1).sum(1).mul(0.5);

test.each(Object.entries(all))(
  "%s takes a chain the same way, whatever others are in the batch",
  async (_name, sampler) => {
    const many = draw(3, [13, 2, 2]);
    const few = { ...many, shape: [5, 2, 2], data: many.data.slice(0, 20) };
    const compiled = compile((x: Tensor) => walk(sampler, bowl, x, 6, key(8)).x);
    const [some, more] = await Promise.all([few, many].map((start) => toArray(compiled(fromArray(start)))));
    expect(Array.from(more.data).slice(0, 20)).toEqual(Array.from(some.data));
    compiled.dispose();
  },
);

test.each(Object.entries(all))("%s goes on under another energy, from where the last one led", (_name, sampler) => {
  const steep: Energy = (x) => bowl(x).mul(3);
  const program = reference((x: Tensor) => {
    const { state } = walk(sampler, bowl, x, 4, key(5));
    const onward = (from: Chains) => walk(sampler, bowl, from, 3, key(6)).x;
    const other = under(sampler, state, steep);
    return [
      other.x.sub(state.x),
      onward(under(sampler, state, bowl)).sub(onward(state)),
      ...(other.energy === undefined ? [] : [other.energy.sub(steep(other.x))]),
    ];
  });
  for (const { data } of program(draw(3, [3, 2])) as Result[])
    expect(Array.from(data).filter((x) => x !== 0)).toEqual([]);
});
