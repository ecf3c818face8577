/**
 * The program behind `npm run bench:anatomy`: runs the two-dimensional experiments of ebm-anatomy whose names contain a word, prints
 * what the original code and ours came to, and adds a line of JSON for each to `bench/results/DATE-ADAPTER-anatomy.jsonl`.
 */

import { appendFileSync, mkdirSync } from "node:fs";
import { loadavg } from "node:os";
import { endingOf, exitCodes, Failure } from "../../cli/failure.ts";
import { launch } from "../../cli/launch.ts";
import { openDevice } from "../../engine/index.ts";
import { outcomeOf } from "./anatomyOutcome.ts";
import { quantities, runs, type Outcome, type Quantity, type Run } from "./anatomyRuns.ts";

async function prove(words: readonly string[]): Promise<boolean> {
  const chosen = runs.filter(({ recipe }) => words.every((word) => recipe.includes(word)));
  if (chosen.length === 0)
    throw new Failure(
      "usage",
      `no run has "${words.join(" ")}" in its name: ${runs.map(({ recipe }) => recipe).join(", ")}`,
    );
  await launch();
  const device = await openDevice();
  let passed = true;
  for (const run of chosen) {
    const began = Date.now();
    const outcome = await outcomeOf(run, (update) =>
      tell(`${run.recipe}: update ${update} of ${run.settings.updates}, load ${loadavg()[0].toFixed(1)}`),
    );
    const guards = run.guards.map(({ says, holds }) => ({ says, holds: holds(outcome) }));
    passed &&= guards.every(({ holds }) => holds);
    process.stdout.write(`${tableOf(run, outcome).join("\n")}\n`);
    for (const { says, holds } of guards) process.stdout.write(`  ${holds ? "pass" : "FAIL"}  ${says}\n`);
    const { updates, seed, sampler } = run.settings;
    const seconds = Math.round((Date.now() - began) / 1000);
    const { name, source, software, host } = device.adapter;
    const facts = { adapter: name, source, software, host, seconds };
    const line = { recipe: run.recipe, seed, updates, steps: sampler.steps, ...facts, outcome, guards };
    mkdirSync("bench/results", { recursive: true });
    appendFileSync(
      `bench/results/${new Date().toISOString().slice(0, 10)}-${slug(name)}-anatomy.jsonl`,
      `${JSON.stringify(line)}\n`,
    );
  }
  await device.close();
  return passed;
}

/** A row for each quantity: the original's number and ours. */
function tableOf({ recipe, reference }: Run, outcome: Outcome): string[] {
  const rows = (Object.keys(quantities) as Quantity[]).map((name) => [
    quantities[name],
    reference[name] === undefined ? "" : shown(reference[name]),
    shown(outcome[name]),
  ]);
  const head = [recipe, "reference", "ours"];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  return [head, ...rows].map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  "),
  );
}

const shown = (value: number): string => String(Number(value.toPrecision(3)));

/** The first word of an adapter's name, as part of a file's. */
const slug = (adapter: string): string => /[a-z0-9]+/.exec(adapter.toLowerCase())?.[0] ?? "adapter";

/** What is not a result goes to stderr. */
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  process.exit((await prove(process.argv.slice(2))) ? exitCodes.ok : exitCodes.fault);
} catch (error) {
  const ending = endingOf(error);
  const message = error instanceof Error ? (ending === "fault" ? error.stack : error.message) : String(error);
  tell(`bench:anatomy: ${message}`);
  process.exit(exitCodes[ending]);
}
