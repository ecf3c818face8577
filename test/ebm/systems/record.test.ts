/** What the chains of samples go through, by the sampler of a run and by others. */

import { expect, test } from "vitest";
import { shareWithin, type MetricsRow } from "../../../ebm/index.ts";
import { mixture } from "../../../ebm/data/toys/gmm.ts";
import { openSmall } from "../small.ts";
import "../../engine/opened.ts";

const recipe = "anatomy/gmm-nonconvergent-tiny";

/** A record, and the mean energy of the samples of the same chains. */
async function recorded(sampler: Record<string, unknown>, steps = 4): Promise<{ rows: MetricsRow[]; last: number }> {
  const training = await openSmall(recipe, { sampler: { stepSize: 0.5, noise: 0.1, ...sampler } });
  const options = { count: 6, steps, seed: 3 };
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

test("sample and record start where they are asked to: from data, the energies of data", async () => {
  const training = await openSmall("anatomy/gmm-convergent", { sampler: { noise: 0.01, stepSize: 1e-9 } });
  const options = { count: 8, steps: 1, seed: 3 };
  const near = async (start?: string) => {
    const [{ images }] = (await training.sample({ ...options, ...(start && { start }) })).grids;
    return shareWithin(mixture({ groups: 8, sd: 0.15, radius: 1 }), images, 4);
  };
  expect(await near("data")).toBe(1);
  expect(await near("uniform")).toBeLessThan(1);
  const from = async (start: string) => (await training.record({ ...options, start }))[0].energy_before;
  expect(await from("data")).not.toBe(await from("uniform"));
  await expect(training.sample({ ...options, start: "nowhere" })).rejects.toThrow(
    'start: no kind "nowhere"; there are persistent, data, uniform, normal, generator',
  );
  training.dispose();
});

test("chains of more than a thousand steps are taken in stretches, of which sample gives the ends", async () => {
  const { rows, last } = await recorded({ noise: 0.1 }, 1030);
  expect(rows.map(({ step }) => step)).toEqual(Array.from({ length: 1030 }, (_, at) => at + 1));
  rows.slice(1).forEach(({ energy_before }, at) => expect(energy_before).toBeCloseTo(rows[at].energy, 5));
  expect(rows[1029].energy).toBeCloseTo(last, 5);
});
