/** Finds where a run can continue, and refuses what would make it another run. */

import { leaves, valueAt, wordOf } from "../config/fields.ts";
import { findSystem, override, type Catalogue, type Overrides, type Resolved } from "../config/resolve.ts";
import type { Training } from "../../ebm/training.ts";
import { endingOf, Failure } from "../failure.ts";
import { newestCheckpoint, shaping, type Found } from "./checkpoints.ts";
import type { Environment } from "./environment.ts";
import { openRun, type RunFolder } from "./folder.ts";

/** A run that can continue; `found` is null when it stopped before its first checkpoint. */
export interface Resumable {
  folder: RunFolder;
  run: Resolved;
  environment: Environment;
  found: Found | null;
}

/**
 * The run in the folder `asked` with the options of the command line over its settings, of which only `updates` and `log` may change.
 * @throws Failure that names what differs, or why no checkpoint can be taken
 */
export async function findResumable(
  catalogue: Catalogue,
  { asked, cwd }: { asked: string; cwd: string },
  recipe: string | null,
  overrides: Overrides,
): Promise<Resumable> {
  const { folder, run: stored, environment } = await openRun(catalogue, asked, cwd);
  if (recipe !== null && recipe !== stored.recipe) {
    throw new Failure("usage", `--resume ${asked}: the run's recipe is ${stored.recipe}, got ${recipe}`);
  }
  const { fields } = findSystem(catalogue, stored.system);
  const run = { ...stored, settings: override(fields, stored.settings, overrides) };
  for (const name of leaves(fields).keys()) {
    const [before, now] = [stored, run].map(({ settings }) => valueAt(shaping(settings), name));
    if (before !== now) {
      throw new Failure(
        "usage",
        `--resume ${asked}: a run keeps its settings, but for updates and log; ${name} is ${wordOf(before)}, got ${wordOf(now)}`,
      );
    }
  }
  const found = await newestCheckpoint(folder.checkpoints, run);
  if (found !== null && found.step > Number(run.settings.updates)) {
    throw new Failure(
      "usage",
      `--resume ${asked}: the run has done ${found.step} updates, got --steps ${wordOf(run.settings.updates)}`,
    );
  }
  return { folder, run, environment, found };
}

/** Puts a checkpoint into a training; throws a Failure that names the file and what does not fit. */
export function restore(training: Training, { path, arrays }: Found): void {
  try {
    training.restore(arrays);
  } catch (error) {
    if (endingOf(error) !== "fault") throw error;
    throw new Failure("data", `${path}: ${(error as Error).message}`, { cause: error });
  }
}
