/** The shortRun system: what an update is, what it reports, what it shows, and what it refuses. */

import { expect, test } from "vitest";
import { device } from "../../engine/opened.ts";
import {
  compile,
  constant,
  evaluate,
  key,
  leavesOf,
  mapTree,
  reference,
  tensorsOf,
  toArray,
  type NamedArrays,
  type Tensor,
} from "../../../engine/index.ts";
import { systems, type MetricsRow, type Training } from "../../../ebm/index.ts";
import { ringsOf } from "../../../ebm/data/toys/rings.ts";
import { programOf, type ShortRunState } from "../../../ebm/systems/shortRun.ts";
import { treeFrom } from "../../../nn/index.ts";
import { FAR, spreadOfVariance } from "../chance.ts";
import { openSmall, smallSettings, update } from "../small.ts";

/** Opens a small training for as long as `body` runs. */
async function withTraining<T>(
  which: Parameters<typeof openSmall>,
  body: (training: Training) => Promise<T>,
): Promise<T> {
  const training = await openSmall(...which);
  try {
    return await body(training);
  } finally {
    training.dispose();
  }
}

const rowsOf = (times: number, ...which: Parameters<typeof openSmall>): Promise<MetricsRow[]> =>
  withTraining(which, async (training) => {
    await update(training, times);
    return training.metrics({ final: true });
  });

/** For what needs no update. */
const unprepared = { prepared: false };

const persistent = { start: { kind: "persistent" } } as const;

test("an update on the device is that of the float64 reference: parameters, moments, replay buffer and numbers", async () => {
  const settings = smallSettings("anatomy/rings-nonconvergent", { ...persistent, sampler: { noise: 0.1 } });
  const source = ringsOf(settings.data).source();
  const program = programOf(settings, source, {
    heldOut: () => Promise.resolve(source),
    inOrder: () => Promise.reject(new Error("no data")),
  });
  const step = (state: ShortRunState, rate: Tensor): Tensor[] => {
    const keys = { data: key(1), start: key(2), walk: key(3), observe: key(4) };
    const next = program.update(state, [], keys, { rate, dataNoise: constant(0) }, 0);
    return [...tensorsOf(next.state), ...Object.values(next.numbers)];
  };
  const start = program.initial(key(7));
  const drawn: NamedArrays = {};
  for (const [path, leaf] of leavesOf(start)) {
    const { shape, data } = evaluate([leaf as Tensor], new Map())[0];
    drawn[path] = { dtype: "f32", shape, data: Float32Array.from(data) };
  }
  const onDevice = compile(step);
  const found = await Promise.all(onDevice(treeFrom(start, drawn), 1e-3).map(toArray));
  const exact = mapTree(start, (_leaf, path) => drawn[path]);
  const wanted = reference(step)(exact, 1e-3) as { data: Float64Array }[];
  expect(wanted.length).toBeGreaterThan(leavesOf(start).length);
  // Some hundred roundings, then Adam's division by the size of a slope; measured 6e-7.
  const rounding = 1e-5;
  wanted.forEach(({ data }, at) =>
    data.forEach((value, i) =>
      expect(Math.abs(found[at].data[i] - value)).toBeLessThan(rounding * Math.max(1, Math.abs(value))),
    ),
  );
  onDevice.dispose();
});

test("an update leaves in the replay buffer where its chains ended, and all other chains as they were", async () => {
  // A rate so small that the parameters stay what they are.
  const still = { optimizer: { lr: 1e-30 }, sampler: { noise: 0.5 } };
  await withTraining(["anatomy/gmm-convergent", still], async (training) => {
    const { data: before } = (await training.checkpoint()).memory;
    await update(training, 1);
    const { data: after } = (await training.checkpoint()).memory;
    const moved = [...Array(16).keys()].filter((row) => after[2 * row] !== before[2 * row]);
    const ends = moved.flatMap((row) => [after[2 * row], after[2 * row + 1]]);
    expect(moved.length).toBe(4);
    expect([...after].filter((value, i) => value !== before[i]).length).toBe(8);
    const explorer = training.explore();
    const energies = await explorer.energies(Float32Array.from(ends));
    explorer.dispose();
    const temperature = 0.5 ** 2 / 2;
    const mean = (energies.reduce((sum, energy) => sum + energy, 0) / 4) * temperature;
    const [{ energy_samples }] = await training.metrics({ final: true });
    expect(mean).toBeCloseTo(energy_samples, 6);
  });
});

test("data are black and white pixels plus data.noise times normal numbers", async () => {
  const noisy = { data: { size: 28, noise: 0.05 }, start: { kind: "data" } } as const;
  await withTraining(["shortrun/mnist-tiny", noisy, unprepared], async (training) => {
    // Chains that start from data and take no step.
    const [{ images }] = (await training.sample({ count: 8, steps: 0, seed: 1 })).grids;
    const offsets = images.map((pixel) => (pixel - Math.sign(pixel)) / 0.05);
    const meanSquare = offsets.reduce((sum, offset) => sum + offset ** 2, 0) / offsets.length;
    expect(Math.abs(meanSquare - 1)).toBeLessThan(FAR * spreadOfVariance(1, offsets.length));
    const { images: others } = (await training.sample({ count: 8, steps: 0, seed: 2 })).grids[0];
    expect(others).not.toEqual(images);
  });
});

test("data.noise changes the energy of data in an update, and that of samples from elsewhere not", async () => {
  const [[clean], [noisy]] = [
    await rowsOf(1, "anatomy/gmm-nonconvergent"),
    await rowsOf(1, "anatomy/gmm-nonconvergent", { data: { noise: 0.5 } }),
  ];
  expect(noisy.energy_samples).toBe(clean.energy_samples);
  expect(Math.abs(noisy.energy_data - clean.energy_data)).toBeGreaterThan(1e-5);
});

test("d_s is the difference of the energies over the temperature if scaled, else plain", async () => {
  const difference = ({ energy_data, energy_samples }: MetricsRow) => energy_data - energy_samples;
  const [scaled] = await rowsOf(1, "anatomy/gmm-convergent");
  // T = 0.125² / 2; the energies have seven digits.
  expect(scaled.d_s / 128).toBeCloseTo(difference(scaled), 6);
  const [plain] = await rowsOf(1, "anatomy/gmm-convergent", { objective: { scaled: false } });
  expect(plain.d_s).toBeCloseTo(difference(plain), 6);
  expect(difference(plain)).toBeCloseTo(difference(scaled), 6);
});

test("the learning rate decays to its floor; with SGD and a scaled loss both are multiplied by the temperature", async () => {
  const optimizer = { lr: 0.1, lrDecay: 0.5, lrMin: 0.04 };
  const rates = async (name: string, changes: Parameters<typeof openSmall>[1] = {}) =>
    (await rowsOf(3, name, { ...changes, optimizer })).map(({ learning_rate }) => learning_rate);
  expect(await rates("anatomy/gmm-convergent")).toEqual([0.1 / 128, 0.05 / 128, 0.04 / 128]);
  expect(await rates("anatomy/gmm-convergent", { objective: { scaled: false } })).toEqual([0.1, 0.05, 0.04]);
  expect(await rates("anatomy/gmm-nonconvergent")).toEqual([0.1, 0.05, 0.04]);
});

test("without noise nothing is scaled: there is no temperature to divide by", async () => {
  const [row] = await rowsOf(1, "anatomy/gmm-convergent", { sampler: { noise: 0 } });
  expect(row.d_s).toBeCloseTo(row.energy_data - row.energy_samples, 6);
  expect(row.learning_rate).toBe(0.1);
});

test("metrics() gives each row once and in order, and the last only when they are asked for", async () => {
  await withTraining(["anatomy/gmm-convergent"], async (training) => {
    const rows: MetricsRow[] = [];
    for (let i = 0; i < 7; i++) {
      await training.update();
      rows.push(...(await training.metrics()));
      expect(rows.length).toBeLessThanOrEqual(i + 1);
      expect(rows.length).toBeGreaterThanOrEqual(i - 2);
    }
    expect(rows.length).toBeLessThan(7);
    rows.push(...(await training.metrics({ final: true })));
    expect(rows.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await training.metrics({ final: true })).toEqual([]);
  });
});

test("the seed decides the numbers, and the batch does not decide the first parameters", async () => {
  const first = (changes: Parameters<typeof openSmall>[1]) =>
    withTraining(["anatomy/gmm-convergent", changes, unprepared], async (training) => [
      ...(await training.checkpoint())["parameters.0.weight"].data,
    ]);
  const seed1 = await first({ seed: 1 });
  expect(await first({ seed: 2 })).not.toEqual(seed1);
  expect(await first({ seed: 1, batch: 5, start: { kind: "normal" } })).toEqual(seed1);
});

test("observe() of a toy has the landscapes of truth, model and short run, and their divergences", async () => {
  await withTraining(["anatomy/gmm-convergent"], async (training) => {
    await update(training, 1);
    const { step, grids, landscapes, measures } = await training.observe();
    expect([step, grids.map(({ name, count, channels }) => [name, count, channels])]).toEqual([
      1,
      [["shortrun", 12, 2]],
    ]);
    expect(landscapes.map(({ name, resolution }) => `${name} ${resolution}`)).toEqual([
      "truth 9",
      "model 9",
      "shortrun 9",
    ]);
    expect(measures.kl_true_model).toBeGreaterThan(0);
    expect(measures.kl_true_shortrun).toBeGreaterThan(0);
  });
});

test("observe() of images shows short-run samples, and the replay buffer where there is one, no more than it holds", async () => {
  const shown = (changes: Parameters<typeof openSmall>[1]) =>
    withTraining(["shortrun/mnist-tiny", changes, unprepared], async (training) => {
      const seen = await training.observe();
      expect((await training.observe()).grids).toEqual(seen.grids);
      for (const { images, count } of seen.grids) expect(images.length).toBe(count * 16 * 16);
      return seen.grids.map(({ name, count }) => `${count} ${name}`);
    });
  expect(await shown({})).toEqual(["64 shortrun"]);
  expect(await shown(persistent)).toEqual(["16 shortrun", "16 buffer"]);
});

test("sample({ count, steps, seed }) draws so many, with the steps of training unless others are named", async () => {
  await withTraining(["shortrun/mnist-tiny", {}, unprepared], async (training) => {
    const drawn = async (steps: number | null) => (await training.sample({ count: 3, steps, seed: 5 })).grids[0];
    const [own, same, more] = [await drawn(null), await drawn(2), await drawn(3)];
    expect([own.count, own.channels, own.height, own.width]).toEqual([3, 1, 16, 16]);
    expect(same).toEqual(own);
    expect(more.images).not.toEqual(own.images);
  });
});

test("sample() refuses more chains than the replay buffer holds", async () => {
  await withTraining(["anatomy/gmm-convergent", {}, unprepared], async (training) => {
    await expect(training.sample({ count: 17, steps: null, seed: 1 })).rejects.toThrow(
      "sample: 17 samples from a replay buffer of 16 chains",
    );
  });
});

test("opening refuses a net that does not take what the data are", async () => {
  await expect(openSmall("anatomy/gmm-convergent", { net: { kind: "vanilla" } })).rejects.toThrow(
    'net.kind: "vanilla" does not take points, which data.name "gmm" has',
  );
  await expect(openSmall("shortrun/mnist", { net: { kind: "toy" } })).rejects.toThrow(
    'net.kind: "toy" does not take images, which data.name "mnist" has',
  );
});

test("opening refuses a batch larger than the replay buffer or the data", async () => {
  await expect(openSmall("anatomy/gmm-convergent", { batch: 17 })).rejects.toThrow("17 distinct indices out of 16");
  await expect(openSmall("shortrun/mnist", { batch: 33 })).rejects.toThrow(
    "a batch of 33 from 32 images of rectangles",
  );
});

test("opening asks for the images of the recipe, and passes on that there are none", async () => {
  const none = { data: (name: string) => Promise.reject(new Error(`no ${name} here`)) };
  await expect(systems.shortRun.open(smallSettings("shortrun/mnist"), none)).rejects.toThrow("no mnist here");
});

test.each(["anatomy/gmm-convergent", "shortrun/mnist-tiny"])(
  "a disposed training of %s holds nothing on the device, however it was looked at",
  async (name) => {
    const live = async () => {
      await withTraining([name], async (training) => {
        await update(training, 1);
        await training.observe();
        await training.sample({ count: 3, steps: 1, seed: 1 });
        const explorer = training.explore();
        const chains = explorer.chains({ count: 3, stride: 1, seed: 1 });
        chains.walk();
        chains.dispose();
        explorer.dispose();
        await training.metrics({ final: true });
      });
      return device.memory().live;
    };
    // The first time the engine makes plans for single ops, and keeps them.
    expect(await live()).toBe(await live());
  },
);
