/** Files of one JSON object a line: what a run measured (metrics.jsonl) and what happened to it (events.jsonl). */

import { append, writeAtomically } from "#host";
import { Failure } from "../failure.ts";
import { readText } from "../host/text.ts";

/** Numbers by name at one step; JSON has no NaN and no infinities, so these are written as strings. */
export type NumbersRow = { step: number } & Record<string, number>;

/** One thing that happened: when, at which step, what, and in which words. */
export interface RunEvent {
  time: string;
  step: number;
  event: "started" | "resumed" | "checkpoint" | "interrupted" | "finished" | "warning" | "recovered" | "failed";
  message?: string;
  /** The step that a recovery went back to. */
  back?: number;
}

/** Numbers by name as JSON can hold them: those that are not finite as strings. */
export const storable = (numbers: Readonly<Record<string, number>>): Record<string, number | string> =>
  Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name, Number.isFinite(value) ? value : String(value)]),
  );

/** One line for a row of numbers. */
export const numbersLine = (row: NumbersRow): string => JSON.stringify(storable(row));

/** A row of numbers from a parsed line, with the strings of non-finite numbers read back. */
export function numbersOf(raw: unknown): NumbersRow {
  if (typeof raw !== "object" || raw === null) throw new TypeError("not an object");
  const entries = Object.entries(raw).map(([name, value]): [string, number] => {
    const number = typeof value === "string" && /^(NaN|-?Infinity)$/.test(value) ? Number(value) : (value as unknown);
    if (typeof number !== "number") throw new TypeError(`"${name}" is not a number`);
    return [name, number];
  });
  const row = Object.fromEntries(entries);
  if (!Number.isInteger(row.step)) throw new TypeError('no "step"');
  return row as NumbersRow;
}

/** Appends whole lines and has them on disk before it returns. */
export async function appendLines(path: string, lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await append(path, lines.map((line) => `${line}\n`).join(""));
}

/**
 * The records of a file, none if it does not exist. A last line without its newline is one that a killed process did not
 * finish, and is left out.
 * @throws Failure naming the line that is malformed
 */
export async function readLines<T>(path: string, parse: (raw: unknown) => T): Promise<T[]> {
  const text = await readText(path);
  if (text === null) return [];
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const lines = whole.split("\n").slice(0, -1);
  return lines.map((line, i) => {
    try {
      return parse(JSON.parse(line));
    } catch (error) {
      throw new Failure("data", `${path.split(/[\\/]/).at(-1)}:${i + 1}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  });
}

/** Drops the rows after a step, and an unfinished last line, so that a resumed run continues where its checkpoint stands. */
export async function cutBack(path: string, step: number): Promise<void> {
  const rows = await readLines(path, numbersOf);
  const kept = rows.filter((row) => row.step <= step);
  await writeAtomically(path, kept.map((row) => `${numbersLine(row)}\n`).join(""));
}
