/** A device that goes away in the middle of a training: an error that says so, and a checkpoint that goes on elsewhere. */

import { afterEach, expect, test } from "vitest";
import { DeviceLostError, openDevice, useDevice } from "../../engine/index.ts";
import { safetensors } from "../../nn/index.ts";
import type { Training } from "../../ebm/index.ts";
import { device } from "../engine/opened.ts";
import { openSmall, update } from "./small.ts";

afterEach(() => void useDevice(device));

const bytesOf = async (training: Training): Promise<Uint8Array> => safetensors.encode(await training.checkpoint());

test("a training whose device is destroyed in the middle of an update says so at every use, and goes on from its checkpoint", async () => {
  const whole = await openSmall("anatomy/gmm-convergent");
  await update(whole, 5);
  const wanted = await bytesOf(whole);
  whole.dispose();

  const doomed = await openDevice();
  const training = await openSmall("anatomy/gmm-convergent");
  await update(training, 3);
  const file = await bytesOf(training);
  await update(training, 1);
  doomed.gpu.destroy();
  await doomed.gpu.lost;
  for (const use of [
    () => training.update(),
    () => training.checkpoint(),
    () => training.observe(),
    () => training.metrics({ final: true }),
  ])
    await expect(use()).rejects.toThrow(DeviceLostError);
  expect(() => training.dispose()).not.toThrow();

  useDevice(device);
  const next = await openSmall("anatomy/gmm-convergent");
  next.restore(safetensors.decode(file).arrays);
  await update(next, 2);
  expect(await bytesOf(next)).toEqual(wanted);
  next.dispose();
});
