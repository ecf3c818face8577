/** Langevin steps and walks: what one step is, what a walk adds up, and that the device walks as the reference does. */

import { expect, test } from "vitest";
import { compile, foldIn, fromArray, key, reference, tensor, toArray, type Tensor } from "../../../engine/index.ts";
import { langevin, temperatureOf, walk, type Energy } from "../../../ebm/index.ts";
import { rowNorm } from "../../../ebm/samplers/chains.ts";
import { toyNet } from "../../../nn/index.ts";
import { FAR, spreadOfVariance } from "../chance.ts";
import { draw } from "../../engine/draw.ts";
import "../../engine/opened.ts";

const quartic: Energy = (x) => x.square().square().sum(1).mul(0.25);
const bowl: Energy = (x) => x.square().sum(1).mul(0.5);

type Result = { shape: readonly number[]; data: Float64Array };

/** Where chains end and what their slopes were, in float64. */
function walked(options: Parameters<typeof langevin>[0], energy: Energy, x: number[][], steps: number, seed = 1) {
  const program = reference((start: Tensor) => {
    const end = walk(langevin(options), energy, start, steps, key(seed));
    return [end.x, end.means.slopeNorm];
  });
  const [end, slope] = program({ shape: [x.length, x[0].length], data: x.flat() }) as Result[];
  return { x: [...end.data], meanSlope: slope.data[0] };
}

const close = (values: number[], digits = 12) => values.map((value) => expect.closeTo(value, digits) as number);

test("langevin with noise 0 is plain descent", () => {
  // On x⁴/4 the slope is x³.
  const { x } = walked({ stepSize: 0.1, noise: 0 }, quartic, [[2], [-1]], 2);
  expect(x).toEqual(close([1.2 - 0.1 * 1.2 ** 3, -0.9 + 0.1 * 0.9 ** 3]));
});

test("langevin takes the slope of each chain's own energy", () => {
  const product: Energy = (x) =>
    x
      .slice([null, [0, 1]])
      .mul(x.slice([null, [1, 2]]))
      .reshape([-1]);
  // The slope of x y is (y, x).
  expect(
    walked(
      { stepSize: 0.5, noise: 0 },
      product,
      [
        [1, 2],
        [3, -4],
      ],
      1,
    ).x,
  ).toEqual([0, 1.5, 5, -5.5]);
});

test("the noise of a step is noise times the same normal numbers, whatever the step size", () => {
  const starts = [[0.5], [-1], [2]];
  const shift = (stepSize: number, noise: number) => {
    const { x } = walked({ stepSize, noise }, bowl, starts, 1);
    const still = walked({ stepSize, noise: 0 }, bowl, starts, 1).x;
    return x.map((value, at) => (value - still[at]) / noise);
  };
  const unit = shift(0.01, 1);
  expect(new Set(unit).size).toBe(3);
  expect(shift(0.9, 1)).toEqual(close(unit));
  expect(shift(0.01, 0.05)).toEqual(close(unit));
});

test("the drift of a step is stepSize times the slope, whatever the noise", () => {
  const shift = (stepSize: number, noise: number) => {
    const at = (size: number) => walked({ stepSize: size, noise }, quartic, [[2]], 1).x[0];
    return (at(stepSize) - at(2 * stepSize)) / stepSize;
  };
  expect([shift(0.1, 0), shift(0.1, 3), shift(0.025, 0.5)]).toEqual(close([8, 8, 8]));
});

test("walk takes its steps with the keys foldIn(key, 0), foldIn(key, 1), …", () => {
  const sampler = langevin({ stepSize: 0.1, noise: 0.3 });
  const byHand = reference((x: Tensor) => {
    let state = sampler.init(x, quartic);
    for (let i = 0; i < 3; i++) ({ state } = sampler.step(foldIn(key(9), i), state, quartic));
    return state.x;
  });
  const start = [
    [0.3, -1],
    [1, 1],
  ];
  const { data } = byHand({ shape: [2, 2], data: start.flat() }) as Result;
  expect(walked({ stepSize: 0.1, noise: 0.3 }, quartic, start, 3, 9).x).toEqual([...data]);
});

test("walk gives the mean norm of the slope over steps and chains", () => {
  // Slopes 1 and 3, then half of them.
  expect(walked({ stepSize: 0.5, noise: 0 }, bowl, [[1], [-3]], 2).meanSlope).toBeCloseTo((1 + 3 + 0.5 + 1.5) / 4, 12);
  // The norm of a chain is over all its coordinates.
  expect(walked({ stepSize: 0.5, noise: 0 }, bowl, [[3, 4]], 1).meanSlope).toBeCloseTo(5, 12);
});

test("walk of 0 steps stays where it is, with slope 0", () => {
  expect(walked({ stepSize: 1, noise: 1 }, bowl, [[1, 2]], 0)).toEqual({ x: [1, 2], meanSlope: 0 });
});

test("rowNorm is the L2 norm over all axes but the first", () => {
  const x = { shape: [2, 2, 2], data: [1, -1, 1, 1, 0, 3, 4, 0] };
  expect([...(reference(rowNorm)(x) as Result).data]).toEqual([2, 5]);
});

test("temperatureOf({ stepSize, noise }) is noise² / (2 · stepSize), 1 for true Langevin", () => {
  expect(temperatureOf({ stepSize: 0.18, noise: 0.6 })).toBeCloseTo(1, 14);
  expect(temperatureOf({ stepSize: 1, noise: 0.125 })).toBe(1 / 128);
});

test("a compiled walk under a net agrees with the reference, step for step", async () => {
  const net = toyNet({ width: 3 });
  const shapes = { 0: [3, 2], 2: [6, 3], 4: [6, 6], 6: [6, 6], 8: [1, 6] };
  const arrays = Object.fromEntries(
    Object.entries(shapes).map(([name, shape], at) => [
      name,
      { weight: draw(at, shape, -0.7, 0.7), bias: draw(at + 9, [shape[0]], -0.7, 0.7) },
    ]),
  );
  const start = draw(20, [5, 2]);
  const sampler = langevin({ stepSize: 0.3, noise: 0.1 });
  for (const steps of [1, 2, 5]) {
    const program = (parameters: Record<string, Record<string, Tensor>>, x: Tensor) => {
      const energy: Energy = (x) => net.apply(parameters, x).reshape([-1]);
      const end = walk(sampler, energy, x, steps, key(4));
      return [end.x, end.means.slopeNorm];
    };
    const compiled = compile(program);
    const parameters = Object.fromEntries(
      Object.entries(arrays).map(([name, { weight, bias }]) => [
        name,
        { weight: fromArray(weight), bias: fromArray(bias) },
      ]),
    );
    const found = await Promise.all(compiled(parameters, fromArray(start)).map(toArray));
    const wanted = reference(program)(arrays, start) as Result[];
    // Each step rounds some forty numbers of the size of 1; no chain is so near a kink of the net that its slope jumps.
    wanted.forEach(({ data }, at) =>
      data.forEach((value, i) => expect(Math.abs(found[at].data[i] - value)).toBeLessThan(steps * 40 * 2 ** -23)),
    );
    compiled.dispose();
  }
});

test("a compiled walk of 1100 steps ends in the law of its formula", async () => {
  const [h, chains] = [0.5, 4000];
  const long = compile(
    (x: Tensor) => walk(langevin({ stepSize: h, noise: Math.sqrt(2 * h) }), bowl, x, 1100, key(3)).x,
  );
  const { data } = await toArray(long(tensor(Array.from({ length: chains }, () => [0]))));
  const found = Array.from(data).reduce((sum, x) => sum + x * x, 0) / chains;
  const wanted = 1 / (1 - h / 2);
  expect(Math.abs(found - wanted)).toBeLessThan(FAR * spreadOfVariance(wanted, chains));
  long.dispose();
});

test("langevin({ clip }) follows slopes that are no longer than that, in their direction, and tells how long they were", async () => {
  const sampler = langevin({ stepSize: 1, noise: 0, clip: 2 });
  const energy = (x: Tensor): Tensor => x.square().sum(1).div(2);
  // Slopes are the positions themselves: of lengths 5, 1 and 0.
  const { state, info } = sampler.step(
    key(1),
    {
      x: tensor([
        [3, 4],
        [0, 1],
        [0, 0],
      ]),
    },
    energy,
  );
  const moved = [...(await toArray(state.x)).data];
  [3 - 1.2, 4 - 1.6, 0, 0, 0, 0].forEach((wanted, i) => expect(moved[i]).toBeCloseTo(wanted, 5));
  expect([...(await toArray(info.slopeNorm)).data]).toEqual([5, 1, 0]);
});
