/** The memory of the process over many updates. That no buffer is left over is in engine/memory.test.ts, for browsers too. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { device } from "../engine/opened.ts";
import { openSmall, update } from "./small.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** The slope of the straight line that fits best, per step. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((a, b) => a + b) / values.length;
  const above = values.reduce((total, value, at) => total + (at - middle) * (value - mean), 0);
  return above / values.reduce((total, _value, at) => total + (at - middle) ** 2, 0);
}

/** Code is compiled, and heaps find their size. */
const WARM_UP = 700;
const EVERY = 100;

/** A page of memory, which any buffer takes that was written to. Heaps settle by less, up or down. */
const BYTES_PER_UPDATE = 4096;

test("a training of 1500 updates holds as many buffers as one of a hundred, and no more memory", async () => {
  const training = await openSmall("anatomy/gmm-convergent");
  const [buffers, bytes] = [new Set<number>(), [] as number[]];
  await update(training, WARM_UP);
  for (let at = 0; at < 800; at += EVERY) {
    await update(training, EVERY);
    await training.metrics({ final: true });
    await device.idle();
    collectGarbage();
    buffers.add(device.memory().live);
    bytes.push(process.memoryUsage().rss);
  }
  expect(buffers.size).toBe(1);
  expect(slopeOf(bytes) / EVERY).toBeLessThan(BYTES_PER_UPDATE);
  training.dispose();
});
