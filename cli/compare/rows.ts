/** Runs held against each other: what their settings differ in, and what became of each. */

import type { Settings } from "../../ebm/settings.ts";
import { valueAt, wordOf } from "../config/fields.ts";
import { divergenceOf } from "../report/divergence.ts";
import type { RunData } from "../report/read.ts";
import { secondsOf } from "../report/tables.ts";
import type { NumbersRow } from "../run/records.ts";

/** A run with the name it goes by in the comparison. */
export interface NamedRun {
  name: string;
  run: RunData;
}

/** A run in a row of the table. */
export interface Compared {
  name: string;
  /** the settings that differ among the runs, by path */
  varied: Readonly<Record<string, string>>;
  updates: number;
  /** `finished`, `interrupted`, `failed` … : the last word of its events */
  ending: string;
  /** the first update from which the guard went back, or would have gone back in another mode; null if there was none */
  diverged: number | null;
  recoveries: number;
  /** mean and standard deviation of the loss over the window; null without finite numbers there */
  loss: { mean: number; sd: number } | null;
  /** mean length of the energy's slope along the chains, at the first and at the last update */
  slope: { first: number; last: number } | null;
  measures: Readonly<Record<string, number>>;
  seconds: number;
}

export interface Comparison {
  rows: Compared[];
  /** the updates over which losses are compared: the second half of the shortest run */
  window: readonly [first: number, last: number];
  varied: readonly string[];
  measures: readonly string[];
}

/**
 * Compares runs over the same updates, since losses keep growing and unequal lengths would be compared otherwise.
 * A run that never got to the window, because it diverged, does not shorten it.
 */
export function compare(runs: readonly NamedRun[]): Comparison {
  const varied = variedSettings(runs.map(({ run }) => run.config.settings as Settings));
  const fates = runs.map(({ run }) => fateOf(run));
  const lengths = fates.map(({ healthy }) => healthy.at(-1)?.step ?? 0);
  const last = Math.min(...lengths.filter((length, at) => length > 0 && fates[at].diverged === null), Infinity);
  const end = Number.isFinite(last) ? last : Math.max(...lengths, 0);
  const window = [Math.floor(end / 2) + 1, end] as const;
  const rows = runs.map(({ name, run }, at): Compared => {
    const { healthy, diverged } = fates[at];
    const settings = run.config.settings as Settings;
    const { step, ...numbers } = run.summary;
    const known = new Set(run.updates.flatMap((row) => Object.keys(row)));
    return {
      name,
      varied: Object.fromEntries(varied.map((path) => [path, wordAt(settings, path)])),
      updates: step,
      ending: run.events.findLast(({ event }) => event !== "checkpoint" && event !== "warning")?.event ?? "started",
      diverged,
      recoveries: run.events.filter(({ event }) => event === "recovered").length,
      loss: spreadOf(healthy, window),
      slope: slopeOf(run.updates),
      measures: Object.fromEntries(Object.entries(numbers).filter(([number]) => !known.has(number))),
      seconds: secondsOf(run.events),
    };
  });
  const measures = [...new Set(rows.flatMap((row) => Object.keys(row.measures)))];
  return { rows, window, varied, measures };
}

/** The paths of settings that are not the same in all runs; how long they log apart. */
function variedSettings(all: readonly Settings[]): string[] {
  const paths = [...new Set(all.flatMap((settings) => pathsOf(settings)))];
  return paths.filter((path) => !path.startsWith("log.") && new Set(all.map((one) => wordAt(one, path))).size > 1);
}

const pathsOf = (settings: Settings, prefix = ""): string[] =>
  Object.entries(settings).flatMap(([key, value]) =>
    typeof value === "object" ? pathsOf(value, `${prefix}${key}.`) : [prefix + key],
  );

const wordAt = (settings: Settings, path: string): string => wordOf(valueAt(settings, path));

/** What a run came to: its updates while all was well, and the first from which its guard went back, or would have gone back. */
function fateOf(run: RunData): { healthy: NumbersRow[]; diverged: number | null } {
  const { updates, events } = run;
  const end = divergenceOf(run);
  const steps = events
    .filter(({ event, message }) => event === "recovered" || /given up/.test(message ?? ""))
    .map(({ step }) => step);
  if (end !== null) steps.push(end.step);
  return {
    healthy: updates.filter((row) => isFinite(row) && row.step < (end?.step ?? Infinity)),
    diverged: steps.length === 0 ? null : Math.min(...steps),
  };
}

const isFinite = (row: NumbersRow): boolean => Object.values(row).every(Number.isFinite);

function spreadOf(updates: readonly NumbersRow[], [first, last]: readonly [number, number]): Compared["loss"] {
  const losses = updates.filter((row) => row.step >= first && row.step <= last && "loss" in row).map((row) => row.loss);
  if (losses.length === 0) return null;
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  return { mean, sd: Math.sqrt(losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / losses.length) };
}

function slopeOf(updates: readonly NumbersRow[]): Compared["slope"] {
  const known = updates.filter((row) => Number.isFinite(row.r_s));
  return known.length === 0 ? null : { first: known[0].r_s, last: known[known.length - 1].r_s };
}
