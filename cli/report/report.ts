/** Puts a run on one page. */

import { writeAtomically } from "#host";
import type { RunFolder } from "../run/folder.ts";
import { readRun } from "./read.ts";

/** The page of a run, from its files; it opens without a network. */
export async function reportOf(folder: RunFolder): Promise<string> {
  // What draws takes as long to load as all the rest, and a run has long begun when it is asked for.
  const { page } = await import("./page.ts");
  return page(await readRun(folder));
}

/** Writes it as report.html. */
export async function writeReport(folder: RunFolder): Promise<void> {
  await writeAtomically(folder.report, await reportOf(folder));
}
