/**
 * The program behind `npm run bench:jem`: trains JEM and classifiers on three Gaussians with five seeds each, those whose names contain
 * a word, prints what the published sampler and ours came to, and adds lines of JSON to `bench/results/DATE-ADAPTER-jem-toy.jsonl`; with
 * `--resume FILE` to that file, whose lines are not measured again.
 */

import { loadavg } from "node:os";
import type { Ending } from "../../cli/failure.ts";
import { launch } from "../../cli/launch.ts";
import { openDevice } from "../../engine/index.ts";
import { readLines } from "../../cli/run/records.ts";
import { changed } from "../../ebm/recipes/recipe.ts";
import { adapterFacts, aligned } from "../print.ts";
import { runProgram, tell } from "../program.ts";
import { outcomeOf } from "./jemToyOutcome.ts";
import { quantities, runs, together, type Outcome, type Quantity, type Run } from "./jemToyRuns.ts";
import { chosenRuns, judge, keeper, resumed, shown } from "./proof.ts";

const seeds = [1, 2, 3, 4, 5];
const names = Object.keys(quantities) as Quantity[];

async function prove(words: readonly string[]): Promise<Ending> {
  const { file, others } = resumed(words);
  const chosen = chosenRuns(others, runs, ({ name }) => name);
  const measured = file === null ? [] : await readLines(file, (line) => line as Line);
  await launch();
  const device = await openDevice();
  const keep = keeper(device, "jem-toy", file);
  const means: Record<string, Outcome> = {};
  let passed = true;
  for (const run of chosen) {
    const outcomes: Outcome[] = [];
    for (const seed of seeds) {
      const known = measured.find((line) => line.run === run.name && line.seed === seed);
      if (known) {
        outcomes.push(outcomeIn(known));
        continue;
      }
      const began = Date.now();
      const outcome = await outcomeOf(changed(run.settings, { seed }), (update) => {
        tell(`${run.name}, seed ${seed}: update ${update} of ${run.settings.updates}, load ${loadavg()[0].toFixed(1)}`);
      });
      outcomes.push(outcome);
      const seconds = Math.round((Date.now() - began) / 1000);
      const holds = run.each?.holds(outcome);
      keep({ run: run.name, seed, ...adapterFacts(device.adapter), seconds, outcome, holds });
    }
    means[run.name] = meanOf(outcomes);
    process.stdout.write(`${tableOf(run, outcomes).join("\n")}\n`);
    if (run.each) passed = judge(run.each.says, outcomes.every(run.each.holds)) && passed;
  }
  if (chosen.length === runs.length)
    for (const { says, holds } of together) passed = judge(says, holds(means)) && passed;
  await device.close();
  return passed ? "ok" : "fault";
}

/** What is read of a line of results; JSON has no NaN, so what a run does not have is null. */
interface Line {
  run: string;
  seed: number;
  outcome: Record<Quantity, number | null>;
}

const outcomeIn = ({ outcome }: Line): Outcome =>
  Object.fromEntries(names.map((name) => [name, outcome[name] ?? NaN])) as Outcome;

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
    return [[quantities[quantity], shown(known), shown(mean[quantity]), range]];
  });
  return aligned([[name, "reference", "ours, mean", "least … most"], ...rows], 1);
}

await runProgram("bench:jem", prove);
