/** ebm eval: measures and shows what a trained model can do, from one of its checkpoints. */

import { readFile } from "node:fs/promises";
import { basename, relative, resolve } from "node:path";
import { sha256 } from "#host";
import { evaluations } from "../../ebm/evaluation/index.ts";
import type { Evaluation, EvaluationHost } from "../../ebm/evaluation/evaluation.ts";
import type { Fields, Settings } from "../../ebm/settings.ts";
import { columns } from "../columns.ts";
import { readAssignment } from "../config/assignment.ts";
import { leaves, legalValues, merge, valueAt, wordOf } from "../config/fields.ts";
import { findSystem } from "../config/resolve.ts";
import { didYouMean } from "../config/suggest.ts";
import { imageContext } from "../datasets/images.ts";
import { readArrays } from "../files/arrays.ts";
import { asked, Failure, type Ending } from "../failure.ts";
import { symmetricEigen } from "../linearAlgebra.ts";
import { significant } from "../progress/line.ts";
import { writeReport } from "../report/report.ts";
import type { Found } from "../run/checkpoints.ts";
import { adapterLine, environmentChanges, environmentOf, type Environment } from "../run/environment.ts";
import { openRun, type OpenedRun } from "../run/folder.ts";
import { restore } from "../run/resume.ts";
import { saveEvaluation, type Evaluation as Stored } from "../run/saveEvaluation.ts";
import { takeCheckpoint } from "../run/takeCheckpoint.ts";
import { say, warn, type World } from "../world.ts";

export interface EvalOptions {
  list?: boolean;
  set?: readonly string[];
  checkpoint?: string;
  beside?: string;
  weights?: string;
  data?: string;
}

/**
 * Evaluates the newest checkpoint of a run, or the one of a step, and puts the results into its folder and its report; the training
 * is left as it is. With `beside` another run is evaluated in the same way, and stands beside it.
 */
export async function evaluate(
  world: World,
  path: string | undefined,
  names: readonly string[],
  options: EvalOptions,
): Promise<Ending> {
  if (path === undefined) throw new Failure("usage", "eval: expected a run folder and the names of evaluations");
  const chosen = chosenOptions(names, options.set ?? []);
  const run = await checkpointedRun(world, path, options.checkpoint ?? null);
  const other = options.beside === undefined ? null : await checkpointedRun(world, options.beside, null);
  const environment = environmentOf(await world.openDevice());
  const besides = other === null ? null : await resultsOf(world, other, chosen, options, environment);
  let at = 0;
  await resultsOf(world, run, chosen, options, environment, async (stored) => {
    const file = await saveEvaluation(run.folder, stored, besides?.[at++] ?? null);
    for (const [number, value] of Object.entries(stored.result.numbers))
      say(world, `  ${number}  ${significant(value)}`);
    say(world, relative(world.cwd, file));
  });
  await writeReport(run.folder);
  say(world, relative(world.cwd, run.folder.report));
  return "ok";
}

/** The arrays of a file, which its name and its digest tell apart. */
async function weightsOf(path: string): ReturnType<EvaluationHost["weights"]> {
  const arrays = await readArrays(path);
  return { arrays, about: `${basename(path)}, sha-256 ${(await sha256([await readFile(path)])).slice(0, 16)}` };
}

/** Lists the evaluations with their options. */
export function listEvaluations(world: World): Ending {
  for (const [name, { about, fields, defaults }] of Object.entries(evaluations)) {
    say(world, `${name}: ${about}`);
    const rows = [...leaves(fields)].map(([path, field]) => [
      `  ${name}.${path}=${wordOf(valueAt(defaults, path))}`,
      `${field.about}; ${legalValues(field)}`,
    ]);
    say(world, columns(rows));
  }
  return "ok";
}

interface Chosen {
  name: string;
  evaluation: Evaluation;
  options: Settings;
}

/** What is asked for, by name, with the options that `--set NAME.option=value` gives. */
function chosenOptions(names: readonly string[], set: readonly string[]): Chosen[] {
  const known = Object.keys(evaluations);
  const listed = `there are ${known.join(", ")}; "ebm eval --list" says more`;
  if (names.length === 0) throw new Failure("usage", `eval: expected an evaluation or more; ${listed}`);
  for (const name of names)
    if (!Object.hasOwn(evaluations, name))
      throw new Failure("usage", `eval: no evaluation "${name}"${didYouMean(name, known, listed)}`);
  const fields: Fields = Object.fromEntries(Object.entries(evaluations).map(([name, { fields }]) => [name, fields]));
  const given = set.map((text): Settings => {
    const read = readAssignment(fields, text);
    const [name] = Object.keys(read);
    if (!names.includes(name)) throw new Failure("usage", `--set ${text}: ${name} is not among ${names.join(", ")}`);
    return read;
  });
  return [...new Set(names)].map((name) => {
    const strong = given.map((one) => (one[name] ?? {}) as Settings);
    return { name, evaluation: evaluations[name], options: strong.reduce(merge, evaluations[name].defaults) };
  });
}

type CheckpointedRun = OpenedRun & { path: string; found: Found };

async function checkpointedRun(world: World, path: string, step: string | null): Promise<CheckpointedRun> {
  const opened = await openRun(world, path, world.cwd);
  if (step !== null && !/^\d+$/.test(step))
    throw new Failure("usage", `--checkpoint ${step}: expected the step of a checkpoint, such as 2000`);
  const found = await takeCheckpoint(path, opened, step === null ? null : Number(step));
  for (const problem of found.damaged) warn(world, `warning: ${problem}; taking the one before`);
  return { ...opened, path, found };
}

/** The results of a run, one after the other, each told as soon as it is there. */
async function resultsOf(
  world: World,
  { folder, run, environment: trainedOn, found }: CheckpointedRun,
  chosen: readonly Chosen[],
  options: EvalOptions,
  environment: Environment,
  tell: (stored: Stored) => Promise<void> = () => Promise.resolve(),
): Promise<Stored[]> {
  const context = imageContext({ ...world, data: options.data ?? null, tell: (line) => warn(world, line) });
  const host: EvaluationHost = {
    ...context,
    look: (...set) =>
      context.data(...set).catch((error: unknown) => {
        if (error instanceof Failure && error.ending === "data") return null;
        throw error;
      }),
    eigen: symmetricEigen,
    weights: () =>
      options.weights === undefined ? Promise.resolve(null) : weightsOf(resolve(world.cwd, options.weights)),
    tell: (line) => warn(world, `${basename(folder.path)}: ${line}`),
  };
  const changes = environmentChanges(trainedOn, environment);
  const circumstances = {
    ...{ run: basename(folder.path), recipe: run.recipe, checkpoint: found.step, version: environment.version },
    adapter: adapterLine(environment),
    ...(changes.length > 0 && { "trained on": adapterLine(trainedOn), differs: changes.join("; ") }),
  };
  const training = await asked(findSystem(world, run.system).open(run.settings, context, { prepared: false }));
  const results: Stored[] = [];
  try {
    restore(training, found);
    const model = training.evaluated();
    for (const { name, evaluation, options } of chosen) {
      say(world, `${basename(folder.path)}, step ${found.step}: ${name}`);
      const result = await asked(evaluation.run(model, options, host));
      const stored = { ...{ name, step: found.step, options }, circumstances, result };
      results.push(stored);
      await tell(stored);
    }
  } finally {
    training.dispose();
  }
  return results;
}
