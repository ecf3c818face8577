/** Outcomes as text: a line of JSON each, or a table that is Markdown too. */

import { cpus, loadavg } from "node:os";
import type { Device } from "../../engine/index.ts";
import { adapterFacts, rounded } from "../print.ts";
import type { Outcome } from "./measure.ts";
import type { Workload } from "./workload.ts";

/**
 * Results that differ from ours by more than this share of their largest number are called wrong. Rounding alone comes to
 * 1e-6, and to 1e-4 where a walk of 100 steps under leaky relu passes the kinks on another side.
 */
const TOLERANCE = 1e-3;

/** An outcome with all that is worth keeping about it; `ms` and `best` are milliseconds per unit, `first` of the first run. */
export function record({ adapter }: Device, { name, unit }: Workload, outcome: Outcome, outcomes: readonly Outcome[]) {
  return {
    name,
    library: outcome.library,
    version: outcome.version,
    date: new Date().toISOString(),
    ...adapterFacts(adapter),
    machine: `${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}`,
    load: rounded(loadavg()[0]),
    unit,
    ...("missing" in outcome
      ? { missing: outcome.missing }
      : {
          ms: rounded(outcome.median),
          best: rounded(outcome.best),
          first: rounded(outcome.first),
          samples: outcome.samples,
          ratio: ratioOf(outcome, outcomes, "best"),
          medianRatio: ratioOf(outcome, outcomes, "median"),
          difference: rounded(outcome.difference),
          agrees: outcome.difference <= TOLERANCE,
        }),
  };
}

/** How many times as long as ours it takes; undefined where ours was not measured. */
function ratioOf(outcome: Outcome, outcomes: readonly Outcome[], time: "best" | "median"): number | undefined {
  const ours = outcomes.find(({ library }) => library === "ours");
  if (ours === undefined || "missing" in ours || "missing" in outcome) return undefined;
  return rounded(outcome[time] / ours[time]);
}

const head = [
  "workload",
  "library",
  "median",
  "best",
  "× ours, median",
  "× ours, best",
  "first run",
  "samples",
  "agrees",
];
const rule = head.map((_, column) => (column < 2 || column > 7 ? "---" : "--:"));
const widths = [34, 20, 9, 9, 14, 12, 9, 7, 7];

/** The first two lines of the table. */
export const tableHead = (): string[] => [line(head), line(rule)];

/** A row for each library. */
export const tableRows = ({ name, unit }: Workload, outcomes: readonly Outcome[]): string[] =>
  outcomes.map((outcome) => {
    const row = [`${name}, per ${unit}`, outcome.library];
    if ("missing" in outcome) return line([...row, "", "", "", "", "", "", outcome.missing.split("\n")[0]]);
    const { median, best, first, samples, difference } = outcome;
    const verdict = difference <= TOLERANCE ? "yes" : `no, off by ${rounded(difference * 100)} %`;
    const ratios = (["median", "best"] as const).map((time) => String(ratioOf(outcome, outcomes, time) ?? ""));
    return line([...row, duration(median), duration(best), ...ratios, duration(first), String(samples), verdict]);
  });

const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join(" | ")} |`;

/** `12.3 ms`, `1.5 µs`, `2.1 s` */
const duration = (ms: number): string =>
  ms < 0.1 ? `${rounded(ms * 1000)} µs` : ms < 1000 ? `${rounded(ms)} ms` : `${rounded(ms / 1000)} s`;
