/** ebm export: puts a run into one file, for another machine or the app. */

import { basename, relative } from "node:path";
import type { Ending } from "../failure.ts";
import { writeAtomically } from "../run/atomic.ts";
import { bundleOf } from "../run/bundle.ts";
import { openRun } from "../run/folder.ts";
import { lockRun } from "../run/lock.ts";
import { placeNew } from "../run/place.ts";
import { say, type World } from "../world.ts";

export interface ExportOptions {
  out?: string;
}

/** Writes the bundle of a run that no process is at work on, as `RUN.tar` unless `out` names another new file. */
export async function exportRun(world: World, asked: string, { out }: ExportOptions): Promise<Ending> {
  const { folder } = await openRun(world, asked, world.cwd);
  const name = basename(folder.path);
  const path = await placeNew(out ?? `${name}.tar`, world.cwd, "--out");
  const release = await lockRun(folder.path);
  try {
    const bundle = await bundleOf(folder.path, name);
    await writeAtomically(path, bundle);
    const size = `${(bundle.length / 2 ** 20).toFixed(1)} MiB`;
    say(world, `${relative(world.cwd, path)}, ${size}: drop it into the app, or ebm import it elsewhere`);
  } finally {
    await release();
  }
  return "ok";
}
