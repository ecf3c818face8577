/** Where the first number that is not finite comes from: updates since a good state done again, the guilty one op by op. */

import { showNonFinite, type NamedArrays } from "../../engine/index.ts";
import type { Training } from "../../ebm/training.ts";

/** Whether every f32 number of a checkpoint is finite. */
export const allFinite = (arrays: NamedArrays): boolean =>
  Object.values(arrays).every(({ dtype, data }) => dtype !== "f32" || data.every((x) => Number.isFinite(x)));

/**
 * Goes back to `good`, does the updates up to `last` again and finds the first one whose numbers or state are not all finite:
 * `update 7: ∇walk.6.matmul is Infinity at [3, 1] in iteration 12 of walk; from …`. Updates are the same each time, so what
 * happened once happens again. The training is left before the guilty update.
 */
export async function originOf(training: Training, good: NamedArrays, last: number): Promise<string> {
  training.restore(good);
  while (training.step < last) {
    await training.update();
    const rows = await training.metrics({ final: true });
    const numbers = rows.every((row) => Object.values(row).every(Number.isFinite));
    if (!numbers || !allFinite(await training.checkpoint())) break;
  }
  const guilty = training.step;
  training.restore(good);
  while (training.step < guilty - 1) await training.update();
  await training.metrics({ final: true });
  const found = await training.inspect();
  return found === null
    ? `update ${guilty}: not finite when it runs as a plan, finite op by op; its numbers are at the edge of f32, or of f16 under engine.storage`
    : `update ${guilty}: ${showNonFinite(found)}`;
}
