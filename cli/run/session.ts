/** One sitting at a run: from its first event, or its newest checkpoint, to its last update or until it is stopped. */

import { writeReport } from "../report/report.ts";
import { cutBack, numbersOf, readLines, type NumbersRow } from "./records.ts";
import { appendEvent, drive, type Driven, type DriveOptions } from "./drive.ts";
import { environmentChanges, type Environment } from "./environment.ts";
import { rewriteConfig } from "./folder.ts";
import type { Resumable } from "./resume.ts";

export interface SessionOptions extends Omit<DriveOptions, "past"> {
  /** What is continued, and put back into the training already; null for a new run. */
  before: Resumable | null;
  environment: Environment;
  /** Who began it, as its events say: the command line, or the app. */
  command: string;
}

/** Drives the training of a run, tells its events how that began and ended, and writes its report. */
export async function session({ before, environment, command, ...options }: SessionOptions): Promise<Driven> {
  const { folder, training } = options;
  const past = await begin(options, before, environment, command);
  const driven = await drive({ ...options, past }).catch(async (error: unknown) => {
    await appendEvent(folder, { step: training.step, event: "failed", message: (error as Error).message });
    throw error;
  });
  await appendEvent(folder, { step: driven.summary.step, event: driven.ending });
  await writeReport(folder);
  return driven;
}

/** Writes the first event; brings the files of a resumed run back to its checkpoint. Returns the rows known so far. */
async function begin(
  { folder, run, warn }: Pick<DriveOptions, "folder" | "run" | "warn">,
  before: Resumable | null,
  environment: Environment,
  command: string,
): Promise<NumbersRow[]> {
  const step = before?.found?.step ?? 0;
  if (before === null) {
    await appendEvent(folder, { step, event: "started", message: command });
    return [];
  }
  await cutBack(folder.metrics, step);
  await rewriteConfig(folder, run);
  await appendEvent(folder, { step, event: "resumed", message: command });
  const changes = environmentChanges(before.environment, environment);
  for (const message of [...(before.found?.damaged ?? []), ...changes])
    await appendEvent(folder, { step, event: "warning", message });
  if (changes.length > 0) warn(`numbers may differ in their last bits: ${changes.join("; ")}`);
  return readLines(folder.metrics, numbersOf);
}
