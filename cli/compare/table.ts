/** A comparison as text for a terminal, and as CSV for everything else. */

import { clock, significant } from "../progress/line.ts";
import type { Compared, Comparison } from "./rows.ts";

/** The columns of a comparison: a heading, and what a run has there. */
export function columnsOf({
  varied,
  measures,
  window,
}: Comparison): { heading: string; cell: (row: Compared) => string }[] {
  return [
    { heading: "run", cell: ({ name }) => name },
    ...varied.map((path) => ({ heading: headingOf(path, varied), cell: (row: Compared) => row.varied[path] })),
    { heading: "updates", cell: ({ updates }) => String(updates) },
    { heading: "diverged", cell: divergedWord },
    {
      heading: `loss, ${window[0]}–${window[1]}`,
      cell: ({ loss }) => (loss === null ? "–" : `${significant(loss.mean)} ± ${significant(loss.sd)}`),
    },
    {
      heading: "r_s",
      cell: ({ slope }) => (slope === null ? "–" : `${significant(slope.first)} → ${significant(slope.last)}`),
    },
    ...measures.map((name) => ({
      heading: name,
      cell: (row: Compared) => (name in row.measures ? significant(row.measures[name]) : "–"),
    })),
    { heading: "took", cell: ({ seconds }) => clock(seconds) },
  ];
}

/** What a setting is called among those that vary: its last word, or all of them where others end in the same. */
export function headingOf(path: string, varied: readonly string[]): string {
  const last = (other: string) => other.split(".").at(-1)!;
  return varied.filter((other) => last(other) === last(path)).length > 1 ? path : last(path);
}

/** `no`, `at 118`, `at 118, recovered`; and how a run ended that did not finish. */
function divergedWord({ diverged, recoveries, ending }: Compared): string {
  const word =
    diverged === null
      ? "no"
      : `at ${diverged}${recoveries > 0 && ending === "finished" ? `, recovered ${recoveries}×` : ""}`;
  return ending === "finished" ? word : `${word} (${ending})`;
}

/** The table with aligned columns. */
export function textTable(comparison: Comparison): string {
  const columns = columnsOf(comparison);
  const lines = [
    columns.map(({ heading }) => heading),
    ...comparison.rows.map((row) => columns.map(({ cell }) => cell(row))),
  ];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at].length)));
  return lines
    .map((line) =>
      line
        .map((word, at) => word.padEnd(widths[at]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** One line per run with every number at full precision. */
export function csv({ rows, varied, measures }: Comparison): string {
  const heading = [
    "run",
    ...varied,
    "updates",
    "ending",
    "diverged",
    "recoveries",
    "loss_mean",
    "loss_sd",
    "r_s_first",
    "r_s_last",
    ...measures,
    "seconds",
  ];
  const lines = rows.map((row) => [
    row.name,
    ...varied.map((path) => row.varied[path]),
    row.updates,
    row.ending,
    row.diverged ?? "",
    row.recoveries,
    row.loss?.mean ?? "",
    row.loss?.sd ?? "",
    row.slope?.first ?? "",
    row.slope?.last ?? "",
    ...measures.map((name) => row.measures[name] ?? ""),
    row.seconds,
  ]);
  return [heading, ...lines].map((line) => `${line.map((word) => quoted(String(word))).join(",")}\n`).join("");
}

/** A field as RFC 4180 has it. */
const quoted = (field: string): string => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
