/** ebm import: takes a run out of a bundle that `ebm export` or the app made. */

import { readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { Failure, reasonOf, type Ending } from "../failure.ts";
import { makeRun, unbundle } from "../run/bundle.ts";
import { firstFree, placeNew } from "../run/place.ts";
import { say, type World } from "../world.ts";

export interface ImportOptions {
  runDir?: string;
}

/** Makes the run folder of a bundle, as `runs/` and the name that it had unless `runDir` names another new one. */
export async function importRun(world: World, bundle: string, { runDir }: ImportOptions): Promise<Ending> {
  const archive = await readFile(resolve(world.cwd, bundle)).catch((error: unknown) => {
    throw new Failure("usage", `${bundle}: cannot be read, ${reasonOf(error)}`, { cause: error });
  });
  const { name, files } = await unbundle(archive, bundle);
  const stem = join(world.cwd, "runs", name);
  const path =
    runDir === undefined
      ? await firstFree((n) => (n === 1 ? stem : `${stem}-${n}`))
      : await placeNew(runDir, world.cwd, "--run-dir");
  const { folder } = await makeRun(world, path, files);
  const shown = relative(world.cwd, folder.path);
  say(world, `${shown}; continue with: ebm train --resume ${shown}`);
  return "ok";
}
