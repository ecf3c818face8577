/** Averaged weights against sums written out, in the reference, eager, and compiled with donation. */

import { expect, test } from "vitest";
import { compile, reference, scope, tensor, toArray, type Tensor, type Tree } from "../../engine/index.ts";
import { ema, type Ema, type EmaState } from "../../nn/index.ts";
import "../engine/opened.ts";

/** One weight, at the start and after each of four updates. */
const first = 8;
const weights = [4, -2, 1, 0.5];

/** The average after all updates: Σ of weights times what the later updates keep of them. */
const written = (keeps: readonly number[], start: number): number =>
  weights.reduce((mean, weight, at) => keeps[at] * mean + (1 - keeps[at]) * weight, start);

const rows: { name: string; average: Ema; wanted: number }[] = [
  { name: "ema(0.75)", average: ema(0.75), wanted: written([0.75, 0.75, 0.75, 0.75], first) },
  {
    name: 'ema(0.75, { start: "corrected" })',
    average: ema(0.75, { start: "corrected" }),
    wanted: written([0.75, 0.75, 0.75, 0.75], 0) / (1 - 0.75 ** 4),
  },
  {
    name: 'ema(0.3, { start: "warmUp" })',
    average: ema(0.3, { start: "warmUp" }),
    wanted: written([2 / 11, 3 / 12, 0.3, 0.3], first),
  },
  { name: "ema(0)", average: ema(0), wanted: 0.5 },
  { name: 'ema(0, { start: "corrected" })', average: ema(0, { start: "corrected" }), wanted: 0.5 },
];

test.each(rows)("$name is its formula, in the reference", ({ average, wanted }) => {
  const program = reference((start: Tensor, all: readonly Tensor[]) =>
    average.weights(all.reduce((state, p) => average.update(state, { p }), average.init({ p: start }))),
  );
  const { p } = program(first, weights) as { p: { data: Float64Array } };
  expect(p.data[0]).toBeCloseTo(wanted, 12);
});

test.each(rows)(
  "$name is its formula on the device, eager, and compiled with donation",
  async ({ average, wanted }) => {
    const compiled = compile(average.update.bind(average), { donate: [0] });
    const run = (update: (state: EmaState, parameters: Tree) => EmaState) =>
      weights.reduce(
        (state, weight) => scope(() => update(state, { p: tensor([weight]) })),
        scope(() => average.init({ p: tensor([first]) })),
      );
    for (const state of [run(average.update.bind(average)), run(compiled)]) {
      const { data } = await toArray((average.weights(state) as { p: Tensor }).p);
      expect(data[0]).toBeCloseTo(wanted, 5);
    }
    compiled.dispose();
  },
);

test("the copy that an average begins with is another tensor than the weights", async () => {
  const p = tensor([1, 2]);
  const { mean } = ema(0.9).init({ p }) as { mean: { p: Tensor } };
  expect(mean.p).not.toBe(p);
  expect([...(await toArray(mean.p)).data]).toEqual([1, 2]);
});

test("ema takes no decay outside [0, 1)", () => {
  expect(() => ema(1)).toThrow(new RangeError("ema: the decay is in [0, 1), got 1"));
});
