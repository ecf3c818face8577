/**
 * The program behind `npm run bench:jem`: trains JEM and classifiers on three Gaussians with five seeds each, those whose names contain
 * a word, prints what the published sampler and ours came to, and adds lines of JSON to `bench/results/DATE-ADAPTER-jem-toy.jsonl`.
 */

import { appendFileSync, mkdirSync } from "node:fs";
import { loadavg } from "node:os";
import { endingOf, exitCodes, Failure } from "../../cli/failure.ts";
import { launch } from "../../cli/launch.ts";
import { openDevice } from "../../engine/index.ts";
import { changed } from "../../ebm/recipes/recipe.ts";
import { outcomeOf } from "./jemToyOutcome.ts";
import { quantities, runs, together, type Outcome, type Quantity, type Run } from "./jemToyRuns.ts";

const seeds = [1, 2, 3, 4, 5];
const names = Object.keys(quantities) as Quantity[];

async function prove(words: readonly string[]): Promise<boolean> {
  const chosen = runs.filter(({ name }) => words.every((word) => name.includes(word)));
  if (chosen.length === 0)
    throw new Failure(
      "usage",
      `no run has "${words.join(" ")}" in its name: ${runs.map(({ name }) => `"${name}"`).join(", ")}`,
    );
  await launch();
  const device = await openDevice();
  const { name: adapter, source, software, host } = device.adapter;
  const facts = { adapter, source, software, host };
  const file = `bench/results/${new Date().toISOString().slice(0, 10)}-${slug(adapter)}-jem-toy.jsonl`;
  mkdirSync("bench/results", { recursive: true });
  const means: Record<string, Outcome> = {};
  let passed = true;
  for (const run of chosen) {
    const outcomes: Outcome[] = [];
    for (const seed of seeds) {
      const began = Date.now();
      const outcome = await outcomeOf(changed(run.settings, { seed }), (update) => {
        tell(`${run.name}, seed ${seed}: update ${update} of ${run.settings.updates}, load ${loadavg()[0].toFixed(1)}`);
      });
      outcomes.push(outcome);
      const seconds = Math.round((Date.now() - began) / 1000);
      const holds = run.each?.holds(outcome);
      appendFileSync(file, `${JSON.stringify({ run: run.name, seed, ...facts, seconds, outcome, holds })}\n`);
    }
    means[run.name] = meanOf(outcomes);
    process.stdout.write(`${tableOf(run, outcomes).join("\n")}\n`);
    if (run.each) passed = check(run.each.says, outcomes.every(run.each.holds)) && passed;
  }
  if (chosen.length === runs.length)
    for (const { says, holds } of together) passed = check(says, holds(means)) && passed;
  await device.close();
  return passed;
}

function check(says: string, holds: boolean): boolean {
  process.stdout.write(`  ${holds ? "pass" : "FAIL"}  ${says}\n`);
  return holds;
}

const meanOf = (outcomes: readonly Outcome[]): Outcome =>
  Object.fromEntries(
    names.map((name) => [name, outcomes.reduce((sum, outcome) => sum + outcome[name], 0) / outcomes.length]),
  ) as Outcome;

/** A row for each quantity: the published sampler's number, the mean of ours, and ours from least to most. */
function tableOf({ name, reference }: Run, outcomes: readonly Outcome[]): string[] {
  const mean = meanOf(outcomes);
  const rows = names.flatMap((quantity) => {
    const values = outcomes.map((outcome) => outcome[quantity]);
    const known = reference[quantity];
    const range = `${shown(Math.min(...values))} … ${shown(Math.max(...values))}`;
    // What a run does not have, such as the buffer of a classifier, is no row.
    if (known === undefined && values.every(Number.isNaN)) return [];
    return [[quantities[quantity], known === undefined ? "" : shown(known), shown(mean[quantity]), range]];
  });
  const head = [name, "reference", "ours, mean", "least … most"];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  return [head, ...rows].map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  "),
  );
}

const shown = (value: number): string => (Number.isNaN(value) ? "" : String(Number(value.toPrecision(3))));

/** The first word of an adapter's name, as part of a file's. */
const slug = (adapter: string): string => /[a-z0-9]+/.exec(adapter.toLowerCase())?.[0] ?? "adapter";

/** What is not a result goes to stderr. */
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  process.exit((await prove(process.argv.slice(2))) ? exitCodes.ok : exitCodes.fault);
} catch (error) {
  const ending = endingOf(error);
  const message = error instanceof Error ? (ending === "fault" ? error.stack : error.message) : String(error);
  tell(`bench:jem: ${message}`);
  process.exit(exitCodes[ending]);
}
