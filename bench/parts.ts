/** Programs that run one after the other, each within its share of the time, with what they print in a file. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, rm, stat } from "node:fs/promises";
import { join } from "node:path";

export interface Part {
  /** Names its file, with the ending. */
  name: string;
  ending: "jsonl" | "txt";
  /** What Node is called with. */
  words: readonly string[];
  /** The longest that it may take. */
  minutes: number;
}

export interface PartOutcome {
  name: string;
  /** What it printed; null where it did not run. */
  file: string | null;
  ended: "done" | "failed" | "out of time" | "left out";
  seconds: number;
}

/** A part with less time than this is left out, in seconds. */
const LEAST = 1;
/** From the request to end until the end is not waited for any more, in milliseconds. */
const GRACE = 3000;

export interface PartsOptions {
  /** For all parts together. */
  minutes: number;
  folder: string;
  /** Begins the names of the files: a date and an adapter. */
  prefix: string;
  tell: (line: string) => void;
}

/**
 * Runs parts in order. One that is out of time is ended, and its file keeps what it has printed until then; what it says on stderr is in
 * a file ending in `.log` beside it, unless that is nothing.
 */
export async function runParts(
  parts: readonly Part[],
  { minutes, folder, prefix, tell }: PartsOptions,
): Promise<PartOutcome[]> {
  const end = performance.now() + minutes * 60_000;
  await mkdir(folder, { recursive: true });
  const outcomes: PartOutcome[] = [];
  for (const part of parts) {
    const seconds = Math.min(part.minutes * 60, (end - performance.now()) / 1000);
    const file = join(folder, `${prefix}-${part.name}.${part.ending}`);
    if (seconds < LEAST) {
      outcomes.push({ name: part.name, file: null, ended: "left out", seconds: 0 });
    } else {
      tell(`${part.name}: at most ${Math.round(seconds)} s, into ${file}`);
      outcomes.push({ name: part.name, file, ...(await run(part.words, file, seconds)) });
    }
    const { ended, seconds: taken } = outcomes.at(-1)!;
    tell(`${part.name}: ${ended}${taken > 0 ? ` after ${taken.toFixed(0)} s` : ""}`);
  }
  return outcomes;
}

async function run(words: readonly string[], file: string, seconds: number) {
  const log = `${file}.log`;
  const [out, err] = [await open(file, "w"), await open(log, "w")];
  const begun = performance.now();
  const child = spawn(process.execPath, words, { stdio: ["ignore", out.fd, err.fd] });
  let late = false;
  const timers = [
    setTimeout(() => {
      late = true;
      child.kill("SIGTERM");
    }, seconds * 1000),
    setTimeout(() => child.kill("SIGKILL"), seconds * 1000 + GRACE),
  ];
  const [code] = (await once(child, "exit")) as [number | null];
  timers.forEach(clearTimeout);
  await Promise.all([out.close(), err.close()]);
  if ((await stat(log)).size === 0) await rm(log);
  const ended = late ? ("out of time" as const) : code === 0 ? ("done" as const) : ("failed" as const);
  return { ended, seconds: (performance.now() - begun) / 1000 };
}
