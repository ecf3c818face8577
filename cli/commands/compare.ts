/** ebm compare: several runs in one table and on one page. */

import { basename, relative, resolve as absolute } from "node:path";
import { comparisonPage } from "../compare/page.ts";
import { compare as compareRuns, type NamedRun } from "../compare/rows.ts";
import { csv, textTable } from "../compare/table.ts";
import { Failure, type Ending } from "../failure.ts";
import { readRun } from "../report/read.ts";
import { writeAtomically } from "../run/atomic.ts";
import { openRun } from "../run/folder.ts";
import { say, type World } from "../world.ts";

export interface CompareOptions {
  out?: string;
}

/** Prints the table of runs in any state; with `out`, writes the page, or the table as CSV, to that file. */
export async function compare(world: World, paths: readonly string[], { out }: CompareOptions): Promise<Ending> {
  if (paths.length < 2) throw new Failure("usage", `compare: expected two runs or more, got ${paths.length}`);
  if (out !== undefined && !/\.(html|csv)$/.test(out))
    throw new Failure("usage", `--out ${out}: expected a file that ends in .html or .csv`);
  const runs = await readRuns(world, paths);
  const comparison = compareRuns(runs);
  say(world, textTable(comparison));
  if (out === undefined) return "ok";
  const file = absolute(world.cwd, out);
  const title = `${runs.length} runs compared`;
  await writeAtomically(file, out.endsWith(".csv") ? csv(comparison) : comparisonPage(title, runs, world.command));
  say(world, relative(world.cwd, file));
  return "ok";
}

/** The runs in these folders, called by the names of their folders. */
export const readRuns = (world: World, paths: readonly string[]): Promise<NamedRun[]> =>
  Promise.all(
    paths.map(async (path) => {
      const { folder } = await openRun(world, path, world.cwd);
      return { name: basename(folder.path), run: await readRun(folder) };
    }),
  );
