/** What the chains of samples go through, by the sampler of a run and by others. */

import { expect, test } from "vitest";
import type { MetricsRow } from "../../../ebm/index.ts";
import { openSmall } from "../small.ts";
import "../../engine/opened.ts";

const recipe = "anatomy/gmm-nonconvergent-tiny";

async function recorded(sampler: Record<string, unknown>): Promise<{ rows: MetricsRow[]; last: number }> {
  const training = await openSmall(recipe, { sampler: { stepSize: 0.5, noise: 0.1, ...sampler } });
  const options = { count: 6, steps: 4, seed: 3 };
  const rows = await training.record(options);
  const [{ images }] = (await training.sample(options)).grids;
  const explorer = training.explore();
  // E / T, with T = 0.1² / (2 · 0.5).
  const energies = await explorer.energies(images);
  explorer.dispose();
  training.dispose();
  return { rows, last: 0.01 * (energies.reduce((sum, energy) => sum + energy, 0) / 6) };
}

test("record tells energy and slope of each step of the very chains that sample gives", async () => {
  const { rows, last } = await recorded({});
  expect(rows.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  expect(Object.keys(rows[0])).toEqual(["step", "energy", "slope_norm", "energy_before"]);
  rows.slice(1).forEach(({ energy_before }, at) => expect(energy_before).toBeCloseTo(rows[at].energy, 5));
  expect(rows[3].energy).toBeCloseTo(last, 5);
  for (const { slope_norm } of rows) expect(slope_norm).toBeGreaterThan(0);
});

test.each([
  ["mala", { kind: "mala" }],
  ["hmc", { kind: "hmc", leapfrogs: 3 }],
])("record of %s tells how proposals fared too", async (_kind, sampler) => {
  const { rows, last } = await recorded(sampler);
  expect(Object.keys(rows[0])).toEqual(["step", "energy", "slope_norm", "energy_before", "acceptance", "accepted"]);
  for (const { acceptance, accepted } of rows) {
    expect(acceptance).toBeGreaterThan(0);
    expect(acceptance).toBeLessThanOrEqual(1);
    expect(6 * accepted).toBeCloseTo(Math.round(6 * accepted), 5);
  }
  expect(rows[3].energy).toBeCloseTo(last, 5);
});
