/** Drives a training to its last update and keeps the run folder: numbers, pictures, checkpoints. */

import { breathe } from "#host";
import type { Settings } from "../../ebm/settings.ts";
import type { Training } from "../../ebm/training.ts";
import type { Resolved } from "../config/resolve.ts";
import { Failure } from "../failure.ts";
import type { Progress } from "../progress/progress.ts";
import { Guard, type Alarm } from "../../ebm/guard.ts";
import { saveCheckpoint } from "./checkpoints.ts";
import type { RunFolder } from "./folder.ts";
import { saveObservation } from "./observation.ts";
import { appendLines, numbersLine, numbersOf, readLines, type NumbersRow, type RunEvent } from "./records.ts";
import { allFinite, originOf } from "./origin.ts";
import { guardOf, recover } from "./recovery.ts";
import { summarise, writeSummary } from "./summary.ts";

/** What a drive needs; `past` is what is known from before, when a run continues. */
export interface DriveOptions {
  training: Training;
  run: Resolved;
  folder: RunFolder;
  progress: Progress;
  stop: AbortSignal;
  /** The numbers of updates done before, when a run continues. */
  past: readonly NumbersRow[];
  warn: (message: string) => void;
  /** Ends with a Failure at the first number that is not finite, which says where it arose; the guard is not asked. */
  checkFinite?: boolean;
}

/** How a drive ended, and the last value of every number. */
export interface Driven {
  ending: "finished" | "interrupted";
  summary: NumbersRow;
}

/** At most this many seconds of numbers are lost when the process is killed (they return when the run continues). */
const flushEvery = 1;

/**
 * Updates until `updates` of the settings is reached or `stop` is aborted; then the checkpoint is on disk. The order at each
 * step is numbers, pictures, checkpoint, so that a checkpoint never stands for more than the other files hold.
 */
export async function drive({
  training,
  run,
  folder,
  progress,
  stop,
  past,
  warn,
  checkFinite = false,
}: DriveOptions): Promise<Driven> {
  const { updates, every } = schedule(run.settings);
  /** The newest state known to be finite. */
  let good = checkFinite ? await training.checkpoint() : null;
  let summary = summarise(past);
  let waiting: NumbersRow[] = [];
  let flushed = performance.now();
  const guard = guardOf(run.settings);
  let watching = guard && new Guard(guard);
  for (const row of past) watching?.look(row);
  let alarm: Alarm | null = null;

  const flush = async (): Promise<void> => {
    await appendLines(folder.metrics, waiting.map(numbersLine));
    waiting = [];
    flushed = performance.now();
  };
  const record = async (rows: readonly NumbersRow[]): Promise<void> => {
    waiting.push(...rows);
    summary = summarise([summary, ...rows]);
    const strange = checkFinite ? rows.find((row) => !Object.values(row).every(Number.isFinite)) : undefined;
    if (strange !== undefined) await failed(strange.step);
    for (const row of rows) {
      const found = alarm === null ? (watching?.look(row) ?? null) : null;
      if (found === null) continue;
      if (found.kind === "diverged" && guard?.mode === "recover") {
        alarm = found;
        continue;
      }
      const skipped = found.kind === "skipped" && guard?.mode === "recover";
      await told({
        step: found.step,
        event: "warning",
        message: `${found.message}${skipped ? "; the update is left out" : ""}`,
      });
    }
  };
  /** Looks for the origin of what is not finite after an update, and throws it. */
  const failed = async (step: number): Promise<never> => {
    await flush();
    warn(`step ${step}: not all numbers are finite; looking for the first, op by op`);
    throw new Failure("diverged", await originOf(training, good!, step));
  };
  const told = async (event: Omit<RunEvent, "time"> & { message: string }): Promise<void> => {
    warn(event.message);
    await appendEvent(folder, event);
  };
  /** Goes back to a good checkpoint, if the numbers so far ask for it. */
  const recovered = async (): Promise<boolean> => {
    if (alarm === null || guard === null) return false;
    await flush();
    const done = await recover(training, alarm, guard, run, folder);
    await told({ step: alarm.step, event: "recovered", ...done });
    const kept = await readLines(folder.metrics, numbersOf);
    watching = new Guard(guard);
    for (const row of kept) watching.look(row);
    summary = summarise(kept);
    alarm = null;
    return true;
  };
  const observe = async (): Promise<void> => {
    const observation = await training.observe();
    await saveObservation(folder, observation);
    const { step, measures } = observation;
    if (Object.keys(measures).length === 0) return;
    const row = { step, ...measures };
    waiting.push(row);
    summary = summarise([summary, row]);
  };
  const checkpoint = async (): Promise<void> => {
    await flush();
    const arrays = await training.checkpoint();
    if (checkFinite && !allFinite(arrays)) await failed(training.step);
    if (checkFinite) good = arrays;
    await saveCheckpoint(folder.checkpoints, run, training.step, arrays);
    await writeSummary(folder, summary);
    await appendEvent(folder, { step: training.step, event: "checkpoint" });
  };

  while (training.step < updates) {
    await training.update();
    await breathe();
    const rows = await training.metrics();
    await record(rows);
    if (await recovered()) continue;
    progress.show(training.step, rows.at(-1) ?? (summary.step > 0 ? summary : null));
    if (performance.now() - flushed > 1000 * flushEvery) await flush();

    const due = (name: string): boolean => every[name] > 0 && training.step % every[name] === 0;
    const settled = guard?.mode === "recover" && training.step % guard.settle === 0;
    const saves = training.step >= updates || stop.aborted || due("checkpoint") || settled;
    const last = training.step >= updates;
    if (saves || due("observe")) {
      await record(await training.metrics({ final: true }));
      if (await recovered()) continue;
    }
    if (last || due("observe")) await observe();
    if (saves) await checkpoint();
    if (stop.aborted && !last) return { ending: "interrupted", summary };
  }
  if (updates === 0) {
    await observe();
    await checkpoint();
  }
  return { ending: "finished", summary };
}

/** Appends one event with the present time. */
export const appendEvent = (folder: RunFolder, event: Omit<RunEvent, "time">): Promise<void> =>
  appendLines(folder.events, [JSON.stringify({ time: new Date().toISOString(), ...event })]);

/** How many updates, and how many between two observations or checkpoints (0: none but the last). */
function schedule({ updates, log }: Settings): { updates: number; every: Record<string, number> } {
  return { updates: Number(updates), every: typeof log === "object" ? (log as Record<string, number>) : {} };
}
