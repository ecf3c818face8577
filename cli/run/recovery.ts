/** Takes a run that has diverged back to a checkpoint that has proven good, and lets it go on differently from there. */

import { remove } from "#host";
import { guard as standard, safeStep, type Alarm, type GuardSettings } from "../../ebm/guard.ts";
import type { Settings } from "../../ebm/settings.ts";
import type { Training } from "../../ebm/training.ts";
import type { Resolved } from "../config/resolve.ts";
import { Failure } from "../failure.ts";
import { checkpointSteps, checkpointPath, readCheckpoint, saveCheckpoint } from "./checkpoints.ts";
import type { RunFolder } from "./folder.ts";
import { cutBack } from "./records.ts";

/**
 * Restores the newest good checkpoint, or the start, with one recovery more. What was done since then is forgotten: its
 * checkpoints and its numbers go, as if the run had been killed at that step and resumed. Returns where it stands, and what
 * happened in words.
 * @throws Failure when the guard's attempts are used up
 */
export async function recover(
  training: Training,
  { step, message }: Alarm,
  guard: GuardSettings,
  run: Resolved,
  folder: RunFolder,
): Promise<{ back: number; message: string }> {
  const recoveries = training.recoveries + 1;
  if (recoveries > guard.attempts) {
    throw new Failure(
      "diverged",
      `${message}; given up after ${guard.attempts} recoveries; a smaller optimizer.lr, more sampler.steps or more data.noise may help`,
    );
  }
  const steps = await checkpointSteps(folder.checkpoints);
  const target = safeStep(steps, step, training.recoveries, guard);
  // Newest first: if the process is killed on the way, what is left is a run that has yet to diverge again in the same way.
  for (const later of steps.filter((other) => other > target)) await remove(checkpointPath(folder.checkpoints, later));
  if (steps.includes(target)) {
    const path = checkpointPath(folder.checkpoints, target);
    training.restore((await readCheckpoint(path, run)).arrays);
  } else {
    training.restart();
  }
  training.recover(recoveries);
  await saveCheckpoint(folder.checkpoints, run, target, await training.checkpoint());
  await cutBack(folder.metrics, target);
  const words = `${message}; back to step ${target} with other random numbers, the learning rate × ${0.5 ** recoveries}, sampler steps × ${1.5 ** recoveries} (recovery ${recoveries} of ${guard.attempts})`;
  return { back: target, message: words };
}

/** The guard that settings ask for; a system without one is only warned about. */
export function guardOf({ guard }: Settings): GuardSettings | null {
  const chosen =
    typeof guard === "object" ? (guard as unknown as GuardSettings) : { ...standard, mode: "warn" as const };
  return chosen.mode === "off" ? null : chosen;
}
