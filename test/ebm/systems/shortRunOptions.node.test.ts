/** What can be chosen in the shortRun system: samplers, starts, spectral norm, decays; and what is refused. */

import { expect, test } from "vitest";
import "../../engine/opened.ts";
import { samplerNames, type MetricsRow, type SamplerName } from "../../../ebm/index.ts";
import type { Changes } from "../../../ebm/recipes/recipe.ts";
import { shortRun, type ShortRunSettings } from "../../../ebm/systems/shortRun.ts";
import { openSmall, smallSettings, update } from "../small.ts";

async function rowsOf(recipe: string, changes: Changes<ShortRunSettings>, times = 2): Promise<MetricsRow[]> {
  const training = await openSmall(recipe, changes);
  await update(training, times);
  const rows = await training.metrics({ final: true });
  training.dispose();
  return rows;
}

const finite = (rows: readonly MetricsRow[]): boolean => rows.every((row) => Object.values(row).every(Number.isFinite));

/** What each sampler tells of the chains of an update. */
const told: Readonly<Record<SamplerName, readonly string[]>> = {
  ...{ langevin: ["r_s"], momentum: ["r_s"], adam: ["r_s"], kinetic: ["r_s"] },
  ...{ mala: ["r_s", "acceptance"], "mala-published": ["r_s", "acceptance"], hmc: ["r_s", "acceptance"] },
  ...{ "random-walk": ["acceptance"], independent: ["acceptance"] },
  ...{ tempering: ["r_s", "acceptance", "swapped"], adapted: ["r_s", "acceptance", "step_size"] },
};

test("chains that move by any sampler learn, each differently, and go on to the byte from their positions alone", async () => {
  const ends = new Set<string>();
  for (const kind of samplerNames) {
    const options = { momentum: 0.5, leapfrogs: 2, replicas: 3, warmUp: 2 };
    const training = await openSmall("anatomy/gmm-convergent", {
      sampler: { kind, stepSize: 1, noise: 0.05, steps: 3, ...options },
    });
    await update(training, 1);
    const saved = await training.checkpoint();
    await update(training, 1);
    const [, row] = await training.metrics({ final: true });
    const bytes = await training.checkpoint();
    training.restore(saved);
    await update(training, 1);
    expect(await training.checkpoint(), kind).toEqual(bytes);
    expect(await training.metrics({ final: true }), kind).toEqual([row]);
    // Nothing of a sampler is remembered between updates: a buffer deals its chains to others.
    expect(Object.keys(saved).filter((name) => /^(memory|parameters\.|optimizer|step)/.exec(name) === null)).toEqual(
      [],
    );
    expect(finite([row]), kind).toBe(true);
    expect(Object.keys(row).filter((name) => ["r_s", "acceptance", "swapped", "step_size"].includes(name))).toEqual(
      told[kind],
    );
    if ("acceptance" in row) expect(row.acceptance).toBeGreaterThan(0);
    if ("acceptance" in row) expect(row.acceptance).toBeLessThanOrEqual(1);
    ends.add(`${row.energy_samples} ${row.acceptance}`);
    training.dispose();
  }
  expect(ends.size).toBe(samplerNames.length);
});

const vanilla = { net: { kind: "vanilla", spectral: true }, data: { size: 16 } } as const;

test("spectral norm iterates at every update, and its vectors are part of the checkpoint", async () => {
  const training = await openSmall("shortrun/mnist", vanilla);
  const before = await training.checkpoint();
  await update(training, 1);
  const after = await training.checkpoint();
  const names = Object.keys(after).filter((name) => name.endsWith("weight_u"));
  expect(names).toEqual(["0", "2", "4", "6", "8"].map((layer) => `remembered.${layer}.weight_u`));
  expect(names.some((name) => String(after[name].data) !== String(before[name].data))).toBe(true);
  expect(Object.keys(after)).toContain("parameters.0.weight_orig");
  // Restored, it goes on to the same numbers.
  await update(training, 1);
  const [, next] = await training.metrics({ final: true });
  training.restore(after);
  await update(training, 1);
  expect((await training.metrics({ final: true }))[0]).toEqual(next);
  training.dispose();
});

test("spectral norm knows the weights before the first chains walk", async () => {
  const [first] = await rowsOf("shortrun/mnist", vanilla, 1);
  // With matrices of norm 1, patches that overlap k / s fold in rows and columns strengthen a slope by at most k / s: 3 · 2 · 2 · 2 · 1.
  expect(first.r_s).toBeLessThan(24);
});

test("a generator that chains start from learns beside the energy, and survives a checkpoint", async () => {
  const generator = { latents: 3, width: 2 };
  const changes = { data: { size: 32 }, net: { kind: "strided" }, start: { kind: "generator" }, generator } as const;
  const training = await openSmall("shortrun/mnist", changes);
  await update(training, 2);
  const saved = await training.checkpoint();
  await update(training, 1);
  const rows = await training.metrics({ final: true });
  expect(finite(rows)).toBe(true);
  expect(rows[0].generator_loss).toBeGreaterThan(0);
  expect(Object.keys(saved)).toContain("memory.parameters.convt1.weight");
  training.restore(saved);
  await update(training, 1);
  expect((await training.metrics({ final: true }))[0]).toEqual(rows[2]);
  const { grids } = await training.observe();
  expect(grids.map(({ name, count }) => [name, count])).toEqual([["shortrun", 64]]);
  training.dispose();
});

test("data.noise decays to its least, and log.slopes tells the slope where chains start and end", async () => {
  const rows = await rowsOf(
    "shortrun/mnist",
    {
      ...{ data: { noise: 0.5, noiseDecay: 0.1, noiseMin: 0.001 }, optimizer: { lr: 1e-30 }, batch: 32 },
      ...{ start: { kind: "data" }, sampler: { stepSize: 1e-6, noise: 0 }, log: { slopes: true } },
    },
    4,
  );
  // Hardly any step and no learning: the slopes are those at data, and start and end are the same.
  rows.forEach(({ slope_start, slope_end }) => expect(slope_end / slope_start).toBeCloseTo(1, 3));
  const [first, , , last] = await rowsOf(
    "shortrun/mnist",
    { data: { noise: 0 }, optimizer: { lr: 1e-30 }, batch: 32 },
    4,
  );
  expect(Math.abs(rows[0].energy_data - first.energy_data)).toBeGreaterThan(
    10 * Math.abs(rows[3].energy_data - last.energy_data),
  );
});

test.each([
  [{ net: { spectral: true } }, 'net.spectral: only the vanilla net has spectral norm, got net.kind "toy"'],
  [
    { sampler: { kind: "mala", noise: 0 } },
    'sampler.kind: "mala" samples at a temperature; sampler.noise must be above 0',
  ],
] as const)("%j is refused: %s", async (changes, message) => {
  await expect(openSmall("anatomy/gmm-convergent", changes)).rejects.toThrow(message);
});

test("data.count and data.only choose among the images of the host, and say so in the objective", async () => {
  await expect(openSmall("shortrun/mnist", { data: { count: 33 } })).rejects.toThrow(
    "data.count: rectangles has 32 images, got 33",
  );
  await expect(openSmall("shortrun/mnist", { data: { only: 7 } })).rejects.toThrow(
    "data.only: rectangles has no classes, got 7",
  );
  const { where } = shortRun.objective(smallSettings("shortrun/mnist", { data: { count: 40_000, only: 7 } }));
  expect(where[0]).toEqual(["x⁺", "4 items of mnist, the first 40000, of class 7 + 0.03 · N(0, I)"]);
});

test("rectangles are made from the seed, and no host is asked for them", async () => {
  const nothing = { data: () => Promise.reject(new Error("asked")) };
  const drawn = async (seed: number) => {
    const changes = { data: { noise: 0 }, start: { kind: "data" }, log: { longrun: 0 } } as const;
    const training = await shortRun.open({ ...smallSettings("study/rectangles", changes), seed }, nothing, {
      prepared: false,
    });
    const { grids } = await training.sample({ count: 8, steps: 0, seed: 1 });
    training.dispose();
    return grids[0].images;
  };
  const first = await drawn(1);
  expect(await drawn(1)).toEqual(first);
  expect(await drawn(2)).not.toEqual(first);
});

test("a generator makes images of 32 pixels, and no others", async () => {
  await expect(openSmall("shortrun/mnist", { start: { kind: "generator" }, data: { size: 28 } })).rejects.toThrow(
    "start.kind: the generator makes images of 32 × 32, data.size is 28",
  );
});

test("an observation tells the mean energies of data, samples, buffer, long runs and noise, and shows where long runs end", async () => {
  const log = { longrun: 2, longrunSteps: 130, longrunStart: "data" } as const;
  const training = await openSmall("anatomy/mnist-convergent", { log });
  await update(training, 1);
  const populations = ["data", "shortrun", "buffer", "noise"];
  const first = await training.observe();
  expect(Object.keys(first.measures).filter((name) => name.startsWith("energy_of"))).toEqual(
    populations.map((name) => `energy_of_${name}`),
  );
  expect(first.grids.map(({ name }) => name)).toEqual(["shortrun", "buffer"]);
  await update(training, 1);
  const second = await training.observe();
  expect(second.grids.map(({ name }) => name)).toEqual(["shortrun", "buffer", "longrun"]);
  expect(Number.isFinite(second.measures.energy_of_longrun)).toBe(true);
  expect(second.measures.saturation_of_longrun).toBeGreaterThanOrEqual(0);
  training.dispose();
});

test("long runs start from data, noise, or what chains of training start from", async () => {
  const log = { longrun: 1, longrunStart: "persistent" } as const;
  await expect(openSmall("shortrun/mnist", { log })).rejects.toThrow(
    'start: "persistent" is not what start.kind is, got start.kind "uniform"',
  );
});
