/** Options that change along a chain. */

import { expect, test } from "vitest";
import { compile, key, normal, reference, tensor, toArray, type Tensor } from "../../../engine/index.ts";
import {
  geometric,
  langevin,
  linear,
  mala,
  scheduled,
  stairs,
  walk,
  type Energy,
  type Schedule,
} from "../../../ebm/index.ts";
import "../../engine/opened.ts";

type Result = { shape: readonly number[]; data: Float64Array };

const valuesOf = (schedule: Schedule, iterations: number[]): number[] => [
  ...(reference((i: Tensor) => schedule(i))({ shape: [iterations.length], data: iterations }) as Result).data,
];

const close = (values: readonly number[], digits = 9) => values.map((value) => expect.closeTo(value, digits) as number);

const bowl: Energy = (x) => x.square().flatten(1).sum(1).mul(0.5);

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
