/** ebm report: rebuilds the report of a run from its files. */

import { relative } from "node:path";
import type { Ending } from "../failure.ts";
import { writeReport } from "../report/report.ts";
import { openRun } from "../run/folder.ts";
import { say, type World } from "../world.ts";

/** Writes report.html anew, for a run in any state, and names it. */
export async function report(world: World, path: string): Promise<Ending> {
  const { folder } = await openRun(world, path, world.cwd);
  await writeReport(folder);
  say(world, relative(world.cwd, folder.report));
  return "ok";
}
