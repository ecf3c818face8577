/** Puts a run on one page. */

import { writeAtomically } from "#host";
import type { RunFolder } from "../run/folder.ts";
import { page } from "./page.ts";
import { readRun } from "./read.ts";

/** Writes report.html from the other files of the run; it opens without a network. */
export async function writeReport(folder: RunFolder): Promise<void> {
  await writeAtomically(folder.report, page(await readRun(folder)));
}
