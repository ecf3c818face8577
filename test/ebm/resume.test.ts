/** A training continues from its checkpoint to the byte, and nothing but updates changes it. */

import { expect, test } from "vitest";
import "../engine/opened.ts";
import { safetensors } from "../../nn/index.ts";
import type { Training } from "../../ebm/index.ts";
import { openSmall, update } from "./small.ts";

/** The checkpoint as the bytes of a file. */
const bytesOf = async (training: Training): Promise<Uint8Array> => safetensors.encode(await training.checkpoint());

/** Opens trainings for one test, and gives them all back at its end. */
async function withTrainings<T>(body: (open: typeof openSmall) => Promise<T>): Promise<T> {
  const opened: Training[] = [];
  try {
    return await body(async (...which) => {
      const training = await openSmall(...which);
      opened.push(training);
      return training;
    });
  } finally {
    for (const training of opened) training.dispose();
  }
}

/** SGD with a replay buffer, Adam from noise, Adam with a replay buffer, a decaying rate, images with noise. */
const trainings: [string, ...Parameters<typeof openSmall>][] = [
  ["SGD and a replay buffer", "anatomy/gmm-convergent"],
  ["Adam and fresh noise", "anatomy/gmm-nonconvergent"],
  [
    "Adam, a replay buffer and a decaying rate",
    "anatomy/rings-nonconvergent",
    { start: { kind: "persistent" }, optimizer: { lrDecay: 0.9 } },
  ],
  ["images with noise", "shortrun/mnist-tiny"],
  ["images and chains that start from them", "shortrun/mnist-tiny", { start: { kind: "data" } }],
];

test.each(trainings)(
  "with %s, 6 updates are 3, a checkpoint, and 3 more in another training, to the byte",
  async (_name, ...which) => {
    await withTrainings(async (open) => {
      const whole = await open(...which);
      await update(whole, 6);
      const first = await open(...which);
      await update(first, 3);
      const file = await bytesOf(first);
      const second = await open(...which);
      second.restore(safetensors.decode(file).arrays);
      expect(second.step).toBe(3);
      expect(await bytesOf(second)).toEqual(file);
      await update(second, 3);
      expect(await bytesOf(second)).toEqual(await bytesOf(whole));
      expect(await bytesOf(second)).not.toEqual(file);
      const [resumed, complete] = [await second.metrics({ final: true }), await whole.metrics({ final: true })];
      expect(resumed).toEqual(complete.slice(3));
    });
  },
);

test("a checkpoint restored into a training that has gone further takes it back", async () => {
  await withTrainings(async (open) => {
    const training = await open("anatomy/gmm-convergent");
    await update(training, 1);
    const [early, expected] = [await training.checkpoint(), await bytesOf(training)];
    await update(training, 2);
    training.restore(early);
    expect(await bytesOf(training)).toEqual(expected);
  });
});

const watchedTrainings: [string, ...Parameters<typeof openSmall>][] = [
  ["points", "anatomy/gmm-convergent"],
  ["images", "shortrun/mnist-tiny"],
  ["images and a replay buffer", "shortrun/mnist-tiny", { start: { kind: "persistent" } }],
];

test.each(watchedTrainings)(
  "observe() and sample() change nothing in a training with %s, and say the same again",
  async (_name, ...which) => {
    await withTrainings(async (open) => {
      const [watched, alone] = [await open(...which), await open(...which)];
      const look = () => watched.observe();
      const sample = (seed: number) => watched.sample({ count: 5, steps: 3, seed });
      await update(watched, 2);
      expect(await look()).toEqual(await look());
      expect(await sample(1)).toEqual(await sample(1));
      expect(await sample(2)).not.toEqual(await sample(1));
      await update(watched, 2);
      await update(alone, 4);
      expect(await bytesOf(watched)).toEqual(await bytesOf(alone));
      expect(await watched.metrics({ final: true })).toEqual(await alone.metrics({ final: true }));
    });
  },
);

test("a checkpoint of another recipe is refused, and names an array that does not fit; the training goes on", async () => {
  await withTrainings(async (open) => {
    const training = await open("anatomy/gmm-convergent");
    const before = await bytesOf(training);
    const other = await (await open("anatomy/gmm-nonconvergent")).checkpoint();
    expect(() => training.restore(other)).toThrow('checkpoint: array "optimizer.count" does not belong to this model');
    const arrays = await training.checkpoint();
    const larger = { dtype: "f32" as const, shape: [17, 2], data: new Float32Array(34) };
    expect(() => training.restore({ ...arrays, memory: larger })).toThrow(
      'checkpoint: array "memory" should be f32 [16, 2], got f32 [17, 2]',
    );
    const { memory: _memory, ...missing } = arrays;
    expect(() => training.restore(missing)).toThrow('checkpoint: array "memory" is missing');
    const { step: _step, ...stepless } = arrays;
    expect(() => training.restore(stepless)).toThrow('checkpoint: array "step" is missing');
    expect(await bytesOf(training)).toEqual(before);
    expect(training.step).toBe(0);
  });
});
