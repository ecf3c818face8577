/** The checkpoint that a person asks for. */

import type { Resolved } from "../config/resolve.ts";
import { Failure } from "../failure.ts";
import { checkpointPath, checkpointSteps, newestCheckpoint, readCheckpoint, type Found } from "./checkpoints.ts";
import type { RunFolder } from "./folder.ts";

/**
 * The checkpoint of a step, or the newest that reads well, of a run that messages call `path`.
 * @throws Failure where there is none, or none that can be read
 */
export async function takeCheckpoint(
  path: string,
  { folder, run }: { folder: RunFolder; run: Resolved },
  step: number | null = null,
): Promise<Found> {
  if (step === null) {
    const found = await newestCheckpoint(folder.checkpoints, run);
    if (found === null) throw new Failure("data", `${path}: no checkpoint yet; go on with ebm train --resume ${path}`);
    return found;
  }
  const steps = await checkpointSteps(folder.checkpoints);
  if (!steps.includes(step)) {
    const there = steps.length === 0 ? "there is none yet" : `there are ${steps.toReversed().join(", ")}`;
    throw new Failure("data", `${path}: no checkpoint of step ${step}; ${there}`);
  }
  const file = checkpointPath(folder.checkpoints, step);
  return { ...(await readCheckpoint(file, run)), path: file, damaged: [] };
}
