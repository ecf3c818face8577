/** Measurements as text: a line of JSON each, or a table. */

import { cpus, loadavg } from "node:os";
import type { Device } from "../engine/index.ts";
import type { Measurement } from "./measure.ts";

/** What a line of results says of the adapter it is from. */
export const adapterFacts = ({ name, source, software, host }: Device["adapter"]) => ({
  adapter: name,
  source,
  software,
  host,
});

/** A measurement with all that is worth keeping about it; `ms`, `best` and `cpu` are milliseconds per unit. */
export function record({ adapter }: Device, { case: { name, unit }, work, median, best, cpu, samples }: Measurement) {
  return {
    name,
    ...adapterFacts(adapter),
    machine: `${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}`,
    load: rounded(loadavg()[0]),
    ms: rounded(median),
    best: rounded(best),
    cpu: rounded(cpu),
    unit,
    ...(work.dispatches && { dispatches: rounded(work.dispatches) }),
    ...(work.amount && { rate: rounded(giga(work.amount.count, best)), rateUnit: `G${work.amount.of}/s` }),
    samples,
  };
}

/** A table with a head, columns aligned. */
export function table(measurements: readonly Measurement[]): string[] {
  const head = ["case", "per", "median", "best", "processor", "dispatches", "samples", "rate at best"];
  const rows = measurements.map(({ case: { name, unit }, work, median, best, cpu, samples }) => [
    name,
    unit,
    ...[median, best, cpu].map(duration),
    work.dispatches === undefined ? "" : String(rounded(work.dispatches)),
    String(samples),
    work.amount === undefined ? "" : `${rounded(giga(work.amount.count, best))} G${work.amount.of}/s`,
  ]);
  return aligned([head, ...rows], 2);
}

/** Rows as lines, columns aligned: the first `words` of them on the left, numbers on the right. */
export function aligned(rows: readonly (readonly string[])[], words: number): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column < words ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join("  ")
      .trimEnd(),
  );
}

/** Thousands of millions per second. */
const giga = (count: number, ms: number): number => count / ms / 1e6;

/** Three digits that mean something. */
export const rounded = (value: number): number => Number(value.toPrecision(3));

/** `12.3 ms`, `1.5 µs` */
const duration = (ms: number): string => (ms < 0.1 ? `${rounded(ms * 1000)} µs` : `${rounded(ms)} ms`);
