/** What is kept of a walk. */

import { expect, test } from "vitest";
import { compile, foldIn, fromArray, key, reference, toArray, type Tensor } from "../../../engine/index.ts";
import { kineticLangevin, langevin, mala, trajectory, walk, type Energy } from "../../../ebm/index.ts";
import { STRETCH, stretches } from "../../../ebm/samplers/stretches.ts";
import { draw } from "../../engine/draw.ts";
import "../../engine/opened.ts";

type Result = { shape: readonly number[]; data: Float64Array };

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b) / values.length;

const close = (values: readonly number[], digits = 9) => values.map((value) => expect.closeTo(value, digits) as number);

const bowl: Energy = (x) => x.square().flatten(1).sum(1).mul(0.5);

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

test("keeps where each last step would have led: where it did if it was accepted, elsewhere if not", () => {
  const [x, proposed, accepted] = reference((from: Tensor) => {
    const kept = trajectory(mala({ stepSize: 1.2 }), bowl, from, { records: 6 }, key(6));
    return [kept.x, kept.proposed, kept.means.accepted];
  })(start) as Result[];
  expect(proposed.shape).toEqual([6, 7, 2, 3]);
  const row = ({ data }: Result, at: number) => [...data.subarray(6 * at, 6 * at + 6)];
  const taken = [...accepted.data];
  expect(new Set(taken)).toEqual(new Set([0, 1]));
  taken.forEach((yes, at) => {
    if (yes === 1) expect(row(x, at)).toEqual(row(proposed, at));
    else expect(row(x, at)).not.toEqual(row(proposed, at));
  });
});

test("keeps of a sampler that does not choose where it went", () => {
  const [x, proposed] = reference((from: Tensor) => {
    const kept = trajectory(langevin({ stepSize: 0.2, noise: 0.1 }), bowl, from, { records: 3 }, key(6));
    return [kept.x, kept.proposed];
  })(start) as Result[];
  expect([...proposed.data]).toEqual([...x.data]);
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

test("stretches go on with the velocities of the stretch before, and give where the last one led", async () => {
  const moving = kineticLangevin({ stepSize: 0.1, friction: 0.01 });
  const apart = compile((x: Tensor) => {
    const { state } = walk(moving, bowl, x, STRETCH, foldIn(key(4), 0));
    return walk(moving, bowl, state, 30, foldIn(key(4), STRETCH)).x;
  });
  const far = stretches(moving, () => bowl);
  const end = await toArray(await far(fromArray(start), [], { to: STRETCH + 30 }, key(4)));
  expect([...end.data]).toEqual([...(await toArray(apart(fromArray(start)))).data]);
  const still = fromArray(start);
  expect(await far(still, [], { from: 5, to: 5 }, key(4))).toBe(still);
  far.dispose();
  apart.dispose();
});
