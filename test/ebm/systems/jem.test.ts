/** JEM: its loss term by term, what an update learns from, resume to the byte, what it shows, and what it refuses. */

import { describe, expect, test } from "vitest";
import { device } from "../../engine/opened.ts";
import { fromArray, grad, tensor, toArray, type Tensor } from "../../../engine/index.ts";
import { systems, type MetricsRow, type Training } from "../../../ebm/index.ts";
import type { Changes } from "../../../ebm/recipes/recipe.ts";
import { jem, type JemSettings } from "../../../ebm/systems/jem.ts";
import { jemLoss } from "../../../ebm/systems/jem.loss.ts";
import { jemRateOf } from "../../../ebm/systems/jem.parts.ts";
import { safetensors } from "../../../nn/index.ts";
import { update } from "../small.ts";
import { colours, context, openSmallJem, smallJemSettings } from "../smallJem.ts";

const labelsOf = (...labels: number[]): Tensor =>
  fromArray({ dtype: "u32", shape: [labels.length], data: Uint32Array.from(labels) });

/** A net whose logits are the items themselves, with f = log Σ exp. */
const read = (x: Tensor) => ({ logits: x, energy: x.exp().sum(1).log().neg() });

const items = {
  labelled: [
    [0, 1],
    [2, -1],
  ],
  all: [[0.5, 0]],
  samples: [
    [1, 1],
    [-2, 0],
  ],
  joint: [
    [0, 3],
    [1, 2],
  ],
};
const labels = [1, 0];
const lse = (row: number[]): number => Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The terms by their formulas, in float64. */
const terms = {
  cross_entropy: mean(items.labelled.map((row, i) => lse(row) - row[labels[i]])),
  d_s: -mean(items.all.map(lse)) + mean(items.samples.map(lse)),
  d_s_joint: -mean(items.labelled.map((row, i) => row[labels[i]])) + mean(items.joint.map((row, i) => row[labels[i]])),
  energy_l2: mean(items.all.map((row) => lse(row) ** 2)) + mean(items.samples.map((row) => lse(row) ** 2)),
};

const weighed = (weights: Partial<JemSettings["objective"]>, drawn: object = {}) =>
  jemLoss({ x: 1, yGivenX: 1, xy: 0, energyL2: 0, head: "logits", ...weights }, read, {
    ...{ labelled: tensor(items.labelled), labels: labelsOf(...labels), all: tensor(items.all) },
    ...{ samples: tensor(items.samples), joint: null, ...drawn },
  });
const valueOf = async (x: Tensor): Promise<number> => (await toArray(x)).data[0];

describe("the loss", () => {
  test("is each term times its weight, as the formulas have them", async () => {
    const { loss, numbers } = weighed({ x: 2, yGivenX: 3, xy: 0.5, energyL2: 0.1 }, { joint: tensor(items.joint) });
    const wanted = 3 * terms.cross_entropy + 2 * terms.d_s + 0.5 * terms.d_s_joint + 0.1 * terms.energy_l2;
    expect(await valueOf(loss)).toBeCloseTo(wanted, 5);
    for (const [name, value] of Object.entries(terms)) expect(await valueOf(numbers[name]), name).toBeCloseTo(value, 5);
    expect(await valueOf(numbers.accuracy)).toBe(1);
    expect(await valueOf(numbers.energy_data)).toBeCloseTo(-mean(items.all.map(lse)), 5);
  });

  test("of a classifier alone is its cross-entropy, and says nothing of samples", async () => {
    const { loss, numbers } = weighed({ x: 0 }, { samples: null });
    expect(await valueOf(loss)).toBeCloseTo(terms.cross_entropy, 5);
    expect(Object.keys(numbers)).toEqual(["loss", "cross_entropy", "accuracy"]);
  });

  test("reads what is labelled and data at once only once, and has the softmax less the class as its slope", async () => {
    let reads = 0;
    const counting = (x: Tensor) => (reads++, read(x));
    const x = tensor(items.labelled);
    const weights = { x: 1, yGivenX: 1, xy: 0, energyL2: 0, head: "logits" } as const;
    const { loss } = jemLoss(weights, counting, {
      ...{ labelled: x, labels: labelsOf(...labels), all: x, samples: tensor(items.samples), joint: null },
    });
    expect(reads).toBe(2);
    // ∇CE + ∇E over n = 2: (p − y) / 2 − p / 2 = −y / 2.
    expect([...(await toArray(grad(loss, x))).data]).toEqual(
      [0, -0.5, -0.5, 0].map((slope): unknown => expect.closeTo(slope, 5)),
    );
  });
});

async function withTraining<T>(
  name: string,
  changes: Changes<JemSettings>,
  body: (training: Training) => Promise<T>,
): Promise<T> {
  const training = await openSmallJem(name, changes);
  try {
    return await body(training);
  } finally {
    training.dispose();
  }
}
const rowsAfter = (name: string, changes: Changes<JemSettings>, times: number): Promise<MetricsRow[]> =>
  withTraining(name, changes, async (training) => {
    await update(training, times);
    return training.metrics({ final: true });
  });

describe("an update", () => {
  test("tells the terms it has, and no others", async () => {
    const [both] = await rowsAfter("jem/toy", {}, 1);
    expect(Object.keys(both)).toEqual(
      expect.arrayContaining(["loss", "cross_entropy", "accuracy", "d_s", "energy_data", "energy_samples", "r_s"]),
    );
    expect(both.loss).toBeCloseTo(both.cross_entropy + both.d_s, 5);
    const [joint] = await rowsAfter("jem/cifar10-joint", {}, 1);
    expect(joint.loss).toBeCloseTo(joint.d_s_joint, 5);
    expect([joint.r_s > 0, "d_s" in joint]).toEqual([true, false]);
    const [alone] = await rowsAfter("jem/toy-supervised", {}, 1);
    expect(Object.keys(alone)).toEqual(["step", "learning_rate", "loss", "cross_entropy", "accuracy"]);
  });

  test("of a classifier alone keeps no chains, that of JEM keeps its buffer and moves some of it", async () => {
    const buffers = (name: string) =>
      withTraining(name, {}, async (training) => {
        const before = (await training.checkpoint()).memory;
        await update(training, 1);
        return [before, (await training.checkpoint()).memory] as const;
      });
    expect(await buffers("jem/toy-supervised")).toEqual([undefined, undefined]);
    const [before, after] = await buffers("jem/toy");
    const moved = Array.from({ length: 18 }, (_, row) => before.data[2 * row] !== after.data[2 * row]);
    expect(moved.filter(Boolean).length).toBe(4);
  });

  test("with chains of one class each moves as many chains of each part of the buffer as it draws classes", async () => {
    const changes = { sampler: { conditional: true }, start: { reinit: 0 }, batch: 3 } as const;
    await withTraining("jem/toy", changes, async (training) => {
      const before = (await training.checkpoint()).memory.data;
      await update(training, 4);
      const after = (await training.checkpoint()).memory.data;
      const moved = Array.from({ length: 18 }, (_, row) => before[2 * row] !== after[2 * row]);
      expect(moved.filter(Boolean).length).toBeGreaterThan(3);
      expect(moved.filter(Boolean).length).toBeLessThan(13);
    });
  });

  test("warms the rate up from 0, and multiplies it at the milestones", () => {
    const settings = smallJemSettings("jem/cifar10", {
      optimizer: { lr: 1, warmUp: 4, milestones: "6,8", decay: 0.5 },
    });
    const rate = jemRateOf(settings);
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8].map(rate)).toEqual([0, 0.25, 0.5, 0.75, 1, 1, 0.5, 0.5, 0.25]);
  });

  test("without an update of its own leaves the parameters where the rate is 0", async () => {
    await withTraining("jem/toy", { optimizer: { warmUp: 5 } }, async (training) => {
      const before = await training.checkpoint();
      await update(training, 1);
      expect((await training.checkpoint())["parameters.0.weight"]).toEqual(before["parameters.0.weight"]);
    });
  });
});

/** The checkpoint as the bytes of a file. */
const bytesOf = async (training: Training): Promise<Uint8Array> => safetensors.encode(await training.checkpoint());

test.each([
  ["a replay buffer and few labels", "jem/toy", {}],
  ["images changed at random, a rate that warms up, and batches apart", "jem/cifar10", {}],
  [
    "chains of p(x | y), SGD with momentum",
    "jem/cifar10",
    { objective: { xy: 1 }, optimizer: { kind: "sgd", lr: 1e-3 } },
  ],
  [
    "matched starts and clipped slopes",
    "jem/mnist",
    { start: { fresh: "matched", reinit: 0.5 }, sampler: { clip: 0.1 } },
  ],
] as const)(
  "with %s, 4 updates are 2, a checkpoint, and 2 more in another training, to the byte",
  async (_, name, changes) => {
    const [whole, second] = [await openSmallJem(name, changes), await openSmallJem(name, changes)];
    await update(whole, 2);
    const saved = await bytesOf(whole);
    await update(whole, 2);
    second.restore(safetensors.decode(saved).arrays);
    await second.observe();
    await update(second, 2);
    expect(await bytesOf(second)).toEqual(await bytesOf(whole));
    expect(await second.metrics({ final: true })).toEqual((await whole.metrics({ final: true })).slice(2));
    for (const training of [whole, second]) training.dispose();
  },
);

test("a head of its own is one output more, and its energy does not follow from the logits", async () => {
  await withTraining("jem/cifar10-uncond", {}, async (training) => {
    const model = training.evaluated();
    const x = (await model.open("test")).items(0, 3);
    const logits = model.classifier!.logits(model.learned, x);
    expect(logits.shape).toEqual([3, 2]);
    const [energy, fromLogits] = await Promise.all([model.energy(model.learned, x), read(logits).energy].map(toArray));
    expect(energy.shape).toEqual([3]);
    expect([...energy.data]).not.toEqual([...fromLogits.data]);
  });
});

test("evaluated() gives logits, the energy that follows from them, the buffer, and the data in order", async () => {
  await withTraining("jem/mnist", {}, async (training) => {
    const model = training.evaluated();
    expect([model.item, model.classifier!.classes, model.temperature, model.noise]).toEqual([[3, 16, 16], 2, 1, 0.03]);
    const test = await model.open("test");
    expect([test.count, [...test.labels!.slice(0, 3)]]).toEqual([32, [0, 1, 0]]);
    const x = test.items(0, 4);
    const logits = model.classifier!.logits(model.learned, x);
    const [energy, wanted] = await Promise.all([model.energy(model.learned, x), read(logits).energy].map(toArray));
    energy.data.forEach((value, i) => expect(value).toBeCloseTo(wanted.data[i], 5));
    expect((model.memory as Tensor).shape).toEqual([18, 3, 16, 16]);
  });
});

test("observe() tells how often what is held out is classified right, and shows the buffer by class; nothing stays behind", async () => {
  const before = device.memory().live;
  await withTraining("jem/mnist", {}, async (training) => {
    await update(training, 1);
    const { measures, grids } = await training.observe();
    expect(measures.accuracy_held_out * 6).toBeCloseTo(Math.round(measures.accuracy_held_out * 6), 5);
    expect(measures.cross_entropy_held_out).toBeGreaterThan(0);
    expect(grids.map(({ name, count }) => [name, count])).toEqual([
      ["shortrun", 18],
      ["buffer", 18],
      ["classes", 20],
    ]);
  });
  expect(device.memory().live).toBe(before);
});

test("learns three Gaussians: right about points, and low in energy where they are", async () => {
  const settings = smallJemSettings("jem/toy", {
    ...{ batch: 32, updates: 150, data: { count: 500, labels: 20 }, net: { width: 32 }, sampler: { steps: 10 } },
    ...{ start: { size: 200 }, optimizer: { lr: 5e-3, milestones: "" }, log: { heldOut: 300 } },
  });
  const training = await jem.open(settings, context);
  await update(training, settings.updates);
  const { measures } = await training.observe();
  const explorer = training.explore();
  const [near, far] = await explorer.energies(Float32Array.of(0.6, 0, 2, -2));
  explorer.dispose();
  training.dispose();
  // Bayes: 0.963.
  expect(measures.accuracy_held_out).toBeGreaterThan(0.9);
  expect(far - near).toBeGreaterThan(2);
});

test.each<[string, string, Changes<JemSettings>, string]>([
  [
    "a net for points",
    "jem/mnist",
    { net: { kind: "mlp" } },
    'net.kind: "mlp" does not take images, which data.name "mnist" has',
  ],
  ["a net for images", "jem/toy", { net: { kind: "conv" } }, 'net.kind: "conv" does not take points'],
  [
    "a norm that the net has not",
    "jem/mnist",
    { net: { norm: "batch" } },
    "net.norm: only the wideResnet has normalisation",
  ],
  ["nothing to learn", "jem/toy", { objective: { x: 0, yGivenX: 0 } }, "objective: nothing is learned"],
  [
    "squares of energies that are not contrasted",
    "jem/toy-supervised",
    { objective: { energyL2: 0.1 } },
    "objective.energyL2: is of the energies",
  ],
  [
    "f(x, y) of a head that has none",
    "jem/toy",
    { objective: { head: "own", xy: 1 } },
    'objective.head: "own" says nothing of f(x, y)',
  ],
  [
    "a buffer that does not divide",
    "jem/toy",
    { start: { size: 20 }, sampler: { conditional: true } },
    "persistentStart: 20 chains do not divide into 3 classes",
  ],
  [
    "a buffer with too few of a class",
    "jem/toy",
    { start: { size: 9 }, sampler: { conditional: true } },
    "start.size: a batch of 4 chains from a replay buffer of 9 in 3 classes",
  ],
  [
    "more labels than there are",
    "jem/mnist-semi",
    { data: { labels: 17 } },
    "data.labels: class 0 has 16 items, got 17",
  ],
  [
    "one batch where not all has a class",
    "jem/mnist-semi",
    { data: { together: true } },
    "data.together: one batch is for data whose classes are all known",
  ],
  ["a toy of no points", "jem/toy", { data: { count: 0 } }, "data.count: of a toy so many points are made"],
  ["all images held out", "jem/cifar10", { data: { valid: 32 } }, "data.valid: 32 held out of 32 items leaves none"],
  [
    "milestones that fall",
    "jem/toy",
    { optimizer: { milestones: "5,3" } },
    "multiStepRate: the milestones must increase",
  ],
])("it refuses %s, and says so", async (_what, name, changes, message) => {
  await expect(openSmallJem(name, changes, { prepared: false })).rejects.toThrow(message);
});

test("it refuses images without classes", async () => {
  const without = { data: () => Promise.resolve({ ...colours, labels: null }) };
  await expect(systems.jem.open(smallJemSettings("jem/mnist"), without)).rejects.toThrow(
    "rectangles has no classes to learn",
  );
});

test("its objective says in words what its settings make of it", () => {
  const { loss, where, temperature } = jem.objective(
    smallJemSettings("jem/toy", { objective: { energyL2: 0.1, xy: 0.5 } }),
  );
  expect(loss).toBe(
    "L = (mean E(x⁺) − mean E(x⁻)) + H(y | xʸ) + 0.5 (mean E(xʸ, y) − mean E(xʸ⁻, y)) + 0.1 (mean E(x⁺)² + mean E(x⁻)²)",
  );
  expect(Object.fromEntries(where)["xʸ, y"]).toContain("the 3 of each class whose class is known");
  expect(temperature!.value).toBeCloseTo(1, 10);
  expect(jem.objective(smallJemSettings("jem/toy-supervised")).temperature).toBeNull();
});
