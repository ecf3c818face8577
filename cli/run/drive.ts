/** Drives a training to its last update and keeps the run folder: numbers, pictures, checkpoints. */

import { setImmediate as breathe } from "node:timers/promises";
import type { Settings } from "../../ebm/settings.ts";
import type { Training } from "../../ebm/training.ts";
import type { Resolved } from "../config/resolve.ts";
import type { Progress } from "../progress/progress.ts";
import { saveCheckpoint } from "./checkpoints.ts";
import type { RunFolder } from "./folder.ts";
import { saveObservation } from "./observation.ts";
import { appendLines, numbersLine, type NumbersRow, type RunEvent } from "./records.ts";
import { summarise, writeSummary } from "./summary.ts";

/** What a drive needs; `summary` is what is known from before, when a run continues. */
export interface DriveOptions {
  training: Training;
  run: Resolved;
  folder: RunFolder;
  progress: Progress;
  stop: AbortSignal;
  summary: NumbersRow;
  warn: (message: string) => void;
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
export async function drive({ training, run, folder, progress, stop, warn, ...rest }: DriveOptions): Promise<Driven> {
  const { updates, every } = schedule(run.settings);
  let summary = rest.summary;
  let waiting: NumbersRow[] = [];
  let flushed = performance.now();
  let finite = true;

  const flush = async (): Promise<void> => {
    await appendLines(folder.metrics, waiting.map(numbersLine));
    waiting = [];
    flushed = performance.now();
  };
  const record = async (rows: readonly NumbersRow[]): Promise<void> => {
    waiting.push(...rows);
    summary = summarise([summary, ...rows]);
    const strange = finite ? rows.find((row) => !Object.values(row).every(Number.isFinite)) : undefined;
    if (strange === undefined) return;
    finite = false;
    const names = Object.keys(strange).filter((name) => !Number.isFinite(strange[name]));
    const message = `step ${strange.step}: ${names.map((name) => `${name} is ${strange[name]}`).join(", ")}`;
    warn(message);
    await appendEvent(folder, { step: strange.step, event: "warning", message });
  };
  const observe = async (): Promise<void> => {
    await record(await training.metrics({ final: true }));
    const observation = await training.observe();
    await saveObservation(folder, observation);
    const { step, measures } = observation;
    if (Object.keys(measures).length > 0) await record([{ step, ...measures }]);
  };
  const checkpoint = async (): Promise<void> => {
    await record(await training.metrics({ final: true }));
    await flush();
    await saveCheckpoint(folder.checkpoints, run, training.step, await training.checkpoint());
    await writeSummary(folder, summary);
    await appendEvent(folder, { step: training.step, event: "checkpoint" });
  };

  while (training.step < updates) {
    await training.update();
    await breathe(); // a resolved promise alone would never let a signal in
    const rows = await training.metrics();
    await record(rows);
    progress.show(training.step, rows.at(-1) ?? (summary.step > 0 ? summary : null));
    if (performance.now() - flushed > 1000 * flushEvery) await flush();

    const due = (name: string): boolean => every[name] > 0 && training.step % every[name] === 0;
    const last = training.step >= updates;
    if (last || due("observe")) await observe();
    if (last || stop.aborted || due("checkpoint")) await checkpoint();
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
