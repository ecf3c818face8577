/** The last value of every number of a run, by name: what scripts and tables read. */

import { writeAtomically } from "#host";
import type { RunFolder } from "./folder.ts";
import { numbersLine, type NumbersRow } from "./records.ts";

/** One flat object: the later row wins, name by name. */
export const summarise = (rows: readonly NumbersRow[]): NumbersRow => Object.assign({ step: 0 }, ...rows) as NumbersRow;

/** Writes summary.json, non-finite numbers as strings. */
export function writeSummary(folder: RunFolder, summary: NumbersRow): Promise<void> {
  return writeAtomically(folder.summary, `${JSON.stringify(JSON.parse(numbersLine(summary)), null, 2)}\n`);
}
