/** Runs the cells of a sweep, some at a time, each in a process of its own. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, exitCodes } from "../failure.ts";
import { readLines, type RunEvent } from "../run/records.ts";
import { runFolder } from "../run/folder.ts";
import type { World } from "../world.ts";
import type { Cell } from "./grid.ts";

/** How a cell ended: the exit code of its process, and the last it said. */
export interface Outcome {
  cell: Cell;
  code: number;
  message: string;
  /** Whether it had finished before, and nothing was run. */
  before: boolean;
}

/** Trains every cell; one that fails stops no other. Each is told to `ended` as soon as it is known. */
export async function work(
  world: Pick<World, "runApart" | "stop">,
  cells: readonly Cell[],
  commandOf: (cell: Cell) => readonly string[],
  runs: string,
  jobs: number,
  ended: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = [...cells];
  const worker = async (): Promise<void> => {
    for (let cell = waiting.shift(); cell !== undefined && !world.stop.aborted; cell = waiting.shift()) {
      const outcome = await train(world, cell, commandOf(cell), join(runs, cell.name));
      outcomes.push(outcome);
      ended(outcome);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return outcomes;
}

/** Begins a run, or continues it; once more where the device was lost, from what was saved. */
async function train(
  { runApart, stop }: Pick<World, "runApart" | "stop">,
  cell: Cell,
  command: readonly string[],
  path: string,
): Promise<Outcome> {
  if (await finished(path)) return { cell, code: exitCodes.ok, message: "", before: true };
  const attempt = async () => {
    const words = (await exists(path))
      ? ["train", "--resume", path, "--quiet", ...dataOf(command)]
      : [...command, "--run-dir", path];
    return runApart(words, stop);
  };
  let { code, message } = await attempt();
  if (code === exitCodes.deviceLost && !stop.aborted) ({ code, message } = await attempt());
  return { cell, code, message, before: false };
}

/** Where data are is no setting of a run, and must be said again. */
function dataOf(command: readonly string[]): readonly string[] {
  const at = command.indexOf("--data");
  return at < 0 ? [] : command.slice(at, at + 2);
}

async function finished(path: string): Promise<boolean> {
  const events = await readLines(runFolder(path).events, (raw) => raw as RunEvent);
  return events.at(-1)?.event === "finished";
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === "ENOENT") return false;
      throw error;
    },
  );
