/** What the proofs have in common: which of their runs are meant, what they print, and the file that keeps it. */

import { appendFileSync, existsSync, mkdirSync } from "node:fs";
import { Failure } from "../../cli/failure.ts";
import type { Device } from "../../engine/index.ts";
import { rounded } from "../print.ts";

/** The runs whose names contain all words. Throws a Failure that lists the names where there is none. */
export function chosenRuns<Run>(words: readonly string[], runs: readonly Run[], nameOf: (run: Run) => string): Run[] {
  const chosen = runs.filter((run) => words.every((word) => nameOf(run).includes(word)));
  if (chosen.length === 0) {
    const names = runs.map((run) => `"${nameOf(run)}"`).join(", ");
    throw new Failure("usage", `no run has "${words.join(" ")}" in its name: ${names}`);
  }
  return chosen;
}

/** Three digits of a quantity; nothing where it is not known. */
export const shown = (value: number | undefined): string => (value === undefined ? "" : String(rounded(value)));

/** Prints whether what has to hold does, and gives it back. */
export function judge(says: string, holds: boolean): boolean {
  process.stdout.write(`  ${holds ? "pass" : "FAIL"}  ${says}\n`);
  return holds;
}

/** The file of results that `--resume FILE` names, if any, and the other words. Throws a Failure where there is no such file. */
export function resumed(words: readonly string[]): { file: string | null; others: string[] } {
  const at = words.indexOf("--resume");
  if (at < 0) return { file: null, others: [...words] };
  const file = words[at + 1];
  if (file === undefined || !existsSync(file))
    throw new Failure("usage", `--resume: needs a file of results to go on with, got ${file ?? "none"}`);
  return { file, others: words.filter((_, i) => i !== at && i !== at + 1) };
}

/** `bench/results/DATE-ADAPTER-PROOF.jsonl`, with the first word of the adapter's name. */
export function resultsFile({ adapter: { name } }: Device, proof: string): string {
  const word = /[a-z0-9]+/.exec(name.toLowerCase())?.[0] ?? "adapter";
  return `bench/results/${new Date().toISOString().slice(0, 10)}-${word}-${proof}.jsonl`;
}

/** What adds a line of JSON to a file, by default the one for such results. */
export function keeper(device: Device, proof: string, resumedFile: string | null = null): (line: object) => void {
  const file = resumedFile ?? resultsFile(device, proof);
  mkdirSync("bench/results", { recursive: true });
  return (line) => appendFileSync(file, `${JSON.stringify(line)}\n`);
}
