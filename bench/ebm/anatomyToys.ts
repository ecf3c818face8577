/**
 * The program behind `npm run bench:anatomy`: runs the two-dimensional experiments of ebm-anatomy whose names contain a word, prints
 * what others' code and ours came to, and adds a line of JSON for each to `bench/results/DATE-ADAPTER-anatomy.jsonl`.
 */

import { loadavg } from "node:os";
import type { Ending } from "../../cli/failure.ts";
import { launch } from "../../cli/launch.ts";
import { openDevice } from "../../engine/index.ts";
import { adapterFacts, aligned } from "../print.ts";
import { runProgram, tell } from "../program.ts";
import { outcomeOf } from "./anatomyOutcome.ts";
import { quantities, runs, type Outcome, type Quantity, type Run } from "./anatomyRuns.ts";
import { chosenRuns, judge, keeper, shown } from "./proof.ts";

async function prove(words: readonly string[]): Promise<Ending> {
  const chosen = chosenRuns(words, runs, ({ recipe }) => recipe);
  await launch();
  const device = await openDevice();
  const keep = keeper(device, "anatomy");
  let passed = true;
  for (const run of chosen) {
    const began = Date.now();
    const outcome = await outcomeOf(run, (update) =>
      tell(`${run.recipe}: update ${update} of ${run.settings.updates}, load ${loadavg()[0].toFixed(1)}`),
    );
    process.stdout.write(`${tableOf(run, outcome).join("\n")}\n`);
    const guards = run.guards.map(({ says, holds }) => ({ says, holds: judge(says, holds(outcome)) }));
    passed &&= guards.every(({ holds }) => holds);
    const { updates, seed, sampler } = run.settings;
    const seconds = Math.round((Date.now() - began) / 1000);
    const facts = { ...adapterFacts(device.adapter), seconds };
    keep({ recipe: run.recipe, seed, updates, steps: sampler.steps, ...facts, outcome, guards });
  }
  await device.close();
  return passed ? "ok" : "fault";
}

/** A row for each quantity: the original's number and ours. */
function tableOf({ recipe, reference }: Run, outcome: Outcome): string[] {
  const rows = (Object.keys(quantities) as Quantity[]).map((name) => [
    quantities[name],
    shown(reference[name]),
    shown(outcome[name]),
  ]);
  return aligned([[recipe, "reference", "ours"], ...rows], 1);
}

await runProgram("bench:anatomy", prove);
