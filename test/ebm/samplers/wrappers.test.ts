/** What changes a sampler: schedules, adaptation, temperatures; and what is kept of a walk. */

import { describe, expect, test } from "vitest";
import {
  compile,
  foldIn,
  fromArray,
  key,
  normal,
  reference,
  tensor,
  toArray,
  zeros,
  type Tensor,
} from "../../../engine/index.ts";
import {
  adapted,
  dataStart,
  geometric,
  hmc,
  independent,
  langevin,
  linear,
  mala,
  normalProposal,
  normalStart,
  parallelTempering,
  randomWalk,
  scheduled,
  stairs,
  startProposal,
  trajectory,
  walk,
  type Chains,
  type Energy,
  type Sampler,
  type Schedule,
} from "../../../ebm/index.ts";
import { FAR } from "../chance.ts";
import { draw } from "../../engine/draw.ts";
import "../../engine/opened.ts";

type Result = { shape: readonly number[]; data: Float64Array };

const bowl: Energy = (x) => x.square().flatten(1).sum(1).mul(0.5);

const valuesOf = (schedule: Schedule, iterations: number[]): number[] => [
  ...(reference((i: Tensor) => schedule(i))({ shape: [iterations.length], data: iterations }) as Result).data,
];
const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b) / values.length;
const close = (values: readonly number[], digits = 9) => values.map((value) => expect.closeTo(value, digits) as number);

describe("schedules", () => {
  test("stairs(value) is a tenth of itself every 200 iterations", () => {
    expect(valuesOf(stairs(5), [0, 199, 200, 399, 400, 1000])).toEqual(close([5, 5, 0.5, 0.5, 0.05, 5e-5]));
    expect(valuesOf(stairs(1, { factor: 0.5, every: 3 }), [2, 3, 6])).toEqual(close([1, 0.5, 0.25]));
  });

  test("stairs(value) come down on the very iteration on a device too", async () => {
    const iterations = Array.from({ length: 60 }, (_, k) => [1001 * k, 1001 * k + 1000]).flat();
    const falls = compile((i: Tensor) => stairs(1, { factor: 0.9, every: 1001 })(i).log().div(Math.log(0.9)));
    const { data } = await toArray(falls(tensor(iterations)));
    expect(Array.from(data, (falls) => Math.round(falls) + 0)).toEqual(
      Array.from({ length: 60 }, (_, k) => [k, k]).flat(),
    );
    falls.dispose();
  });

  test("linear and geometric lead from one value to another and stay", () => {
    expect(valuesOf(linear(1, 3, 4), [0, 1, 4, 9])).toEqual(close([1, 1.5, 3, 3]));
    expect(valuesOf(geometric(1, 16, 4), [0, 1, 2, 4, 9])).toEqual(close([1, 2, 4, 16, 16]));
  });

  test("scheduled(family) takes each step with the options of its iteration, and a walk that goes on counts on", () => {
    const sampler = scheduled((i) => langevin({ stepSize: linear(0.1, 0.5, 4)(i), noise: 0 }));
    const program = reference((x: Tensor) => {
      const first = walk(sampler, bowl, x, 2, key(1));
      return [first.x, walk(sampler, bowl, first.state, 3, key(1)).x];
    });
    const ends = program({ shape: [1, 1], data: [1] }) as Result[];
    expect(ends.map(({ data }) => data[0])).toEqual(close([0.9 * 0.8, 0.9 * 0.8 * 0.7 * 0.6 * 0.5]));
  });

  test("step size, noise and temperature may each have a schedule, on a device", async () => {
    const annealed = scheduled((i) =>
      mala({ stepSize: stairs(0.2, { every: 20 })(i), temperature: geometric(4, 0.01, 60)(i) }),
    );
    const compiled = compile((x: Tensor) => walk(annealed, bowl, x, 100, key(1)).x.square().mean());
    const { data } = await toArray(compiled(normal(key(2), [500, 2])));
    expect(data[0]).toBeLessThan(0.5);
    compiled.dispose();
  });
});

describe("adapted", () => {
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
});

describe("parallelTempering", () => {
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
    expect(Math.abs((await share(tempered, 300)) - wanted)).toBeLessThan(
      FAR * Math.sqrt((wanted * (1 - wanted)) / 400),
    );
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
});

describe("trajectory", () => {
  const sampler = mala({ stepSize: 0.4 });
  const start = draw(1, [7, 2, 3]);

  test("keeps the positions of the walk after every so many steps, their energies, and the means of each stretch", () => {
    const [x, energy, acceptance, end, ...walks] = reference((from: Tensor) => {
      const kept = trajectory(sampler, bowl, from, { records: 3, every: 4 }, key(6));
      const ends = [4, 8, 12].map((steps) => walk(sampler, bowl, from, steps, key(6)));
      return [
        kept.x,
        kept.energy,
        kept.means.acceptance,
        kept.state.x,
        ...ends.map(({ x }) => x),
        ...ends.map(({ means }) => means.acceptance),
      ];
    })(start) as Result[];
    expect([x.shape, energy.shape, acceptance.shape]).toEqual([
      [3, 7, 2, 3],
      [3, 7],
      [3, 7],
    ]);
    expect([...x.data]).toEqual(walks.slice(0, 3).flatMap(({ data }) => [...data]));
    expect([...end.data]).toEqual([...walks[2].data]);
    const energies = Array.from({ length: 21 }, (_, row) =>
      [...x.data.subarray(6 * row, 6 * row + 6)].reduce((sum, v) => sum + (v * v) / 2, 0),
    );
    expect([...energy.data]).toEqual(close(energies));
    const stretches = [0, 1, 2].map((record) => mean(acceptance.data.subarray(7 * record, 7 * record + 7)));
    expect([1, 2, 3].map((count) => mean(stretches.slice(0, count)))).toEqual(
      close(walks.slice(3).map(({ data }) => data[0])),
    );
  });

  test("is the same on a device, and of a sampler that keeps no energy", async () => {
    const plain = langevin({ stepSize: 0.2, noise: 0.1 });
    const program = (from: Tensor) => {
      const kept = trajectory(plain, bowl, from, { records: 4, every: 2 }, key(6));
      return [kept.x, kept.energy, kept.means.slopeNorm];
    };
    const compiled = compile(program);
    const wanted = reference(program)(start) as Result[];
    const found = await Promise.all(compiled(fromArray(start)).map(toArray));
    // Eight steps, each of a handful of roundings of numbers below 8.
    wanted.forEach(({ data }, at) =>
      data.forEach((value, i) => expect(Math.abs(found[at].data[i] - value)).toBeLessThan(8 * 8 * 8 * 2 ** -24)),
    );
    compiled.dispose();
  });

  test("refuses records that are no steps apart", () => {
    expect(() =>
      reference((x: Tensor) => trajectory(sampler, bowl, x, { records: 2, every: 0 }, key(1)).x)(start),
    ).toThrow("trajectory: records are a positive number of steps apart, got 0 (every)");
  });
});

describe("independent", () => {
  test("proposes from a start as from the normal numbers it stands for", () => {
    const start = draw(1, [5, 2]);
    const ends = [normalProposal(0.7), startProposal(normalStart(0.7), normalProposal(0.7).energy)].map((proposal) => [
      ...(reference((x: Tensor) => walk(independent({ proposal }), bowl, x, 5, key(1)).x)(start) as Result).data,
    ]);
    expect(ends[0]).toEqual(ends[1]);
  });

  test("refuses a start that asks for data", () => {
    expect(() => startProposal(dataStart(), bowl).draw(key(1), [3, 2])).toThrow(
      "startProposal: a start that draws from data has no density of its own",
    );
  });
});
