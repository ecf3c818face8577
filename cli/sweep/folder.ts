/** The folder of a sweep: what it is, its runs, and what they have in common. */
//
//   sweep.json    recipe, settings common to all, the grid      runs/NAME/   one run folder per cell
//   report.html   the comparison                                table.csv    its numbers

import { mkdir, readFile } from "node:fs/promises";
import { join, resolve as absolute } from "node:path";
import { codeOf, Failure } from "../failure.ts";
import { writeAtomically } from "../run/atomic.ts";
import type { Axis } from "./grid.ts";

/** What a sweep was asked to do. */
export interface Sweep {
  recipe: string;
  /** assignments that hold for every run, `updates=200` */
  set: readonly string[];
  axes: readonly Axis[];
  command: string;
}

export interface SweepFolder {
  path: string;
  plan: string;
  runs: string;
  report: string;
  table: string;
}

export const sweepFolder = (path: string): SweepFolder => ({
  path,
  plan: join(path, "sweep.json"),
  runs: join(path, "runs"),
  report: join(path, "report.html"),
  table: join(path, "table.csv"),
});

/** Makes the folder of a new sweep; the one asked for must not exist, else it is the first free `sweeps/RECIPE-N`. */
export async function createSweep(asked: string | null, sweep: Sweep, cwd: string): Promise<SweepFolder> {
  const stem = join(cwd, "sweeps", sweep.recipe.replaceAll("/", "-"));
  for (let n = 1; ; n++) {
    const folder = sweepFolder(asked === null ? `${stem}-${n}` : absolute(cwd, asked));
    await mkdir(join(folder.path, ".."), { recursive: true });
    try {
      await mkdir(folder.path);
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
      if (asked === null) continue;
      throw new Failure(
        "usage",
        `--out ${asked}: exists already; choose another, or continue it with --resume ${asked}`,
      );
    }
    await mkdir(folder.runs);
    await writeAtomically(folder.plan, `${JSON.stringify(sweep, null, 2)}\n`);
    return folder;
  }
}

/** A sweep that was begun before. */
export async function openSweep(asked: string, cwd: string): Promise<{ folder: SweepFolder; sweep: Sweep }> {
  const folder = sweepFolder(absolute(cwd, asked));
  try {
    return { folder, sweep: JSON.parse(await readFile(folder.plan, "utf8")) as Sweep };
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    throw new Failure("usage", `--resume ${asked}: not the folder of a sweep, it has no sweep.json`);
  }
}
