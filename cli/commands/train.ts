/** ebm train: trains a recipe in a new run folder, or continues a run. */

import { relative } from "node:path";
import type { Training } from "../../ebm/training.ts";
import { findSystem, resolve, type Overrides, type Resolved } from "../config/resolve.ts";
import { imageContext } from "../datasets/images.ts";
import { asked, Failure, type Ending } from "../failure.ts";
import { progress, silence } from "../progress/progress.ts";
import { significant } from "../progress/line.ts";
import { writeReport } from "../report/report.ts";
import { appendEvent, drive, type Driven } from "../run/drive.ts";
import { adapterLine, environmentChanges, environmentOf, type Environment } from "../run/environment.ts";
import { createRun, openRun, rewriteConfig, runFolder, type RunFolder } from "../run/folder.ts";
import { lockRun } from "../run/lock.ts";
import { placeRun } from "../run/place.ts";
import { cutBack, numbersOf, readLines, type NumbersRow } from "../run/records.ts";
import { findResumable, restore, type Resumable } from "../run/resume.ts";
import { say, warn, type World } from "../world.ts";

export interface TrainOptions extends Overrides {
  runDir?: string;
  data?: string;
  resume?: string;
  quiet?: boolean;
  /** End at the first number that is not finite, and say where it arose. */
  checkFinite?: boolean;
}

/** A new run, or one to continue. */
interface Plan {
  run: Resolved;
  path: string;
  before: Resumable | null;
}

/** Trains until the last update or until the world says stop; nothing is written before everything else has worked. */
export async function train(world: World, recipe: string | undefined, options: TrainOptions): Promise<Ending> {
  if (options.resume !== undefined) return resume(world, recipe ?? null, options.resume, options);
  if (recipe === undefined) throw new Failure("usage", 'train: no recipe given; "ebm recipes" lists them');
  const run = await resolve(world, recipe, options, world.cwd);
  const path = await placeRun(options.runDir ?? null, run, world.cwd);
  return work(world, { run, path, before: null }, options);
}

async function resume(world: World, recipe: string | null, path: string, options: TrainOptions): Promise<Ending> {
  if (options.runDir !== undefined) throw new Failure("usage", "--run-dir: a resumed run stays in its folder");
  const { folder } = await openRun(world, path, world.cwd);
  const release = await lockRun(folder.path);
  try {
    const before = await findResumable(world, { asked: path, cwd: world.cwd }, recipe, options);
    for (const problem of before.found?.damaged ?? []) warn(world, `warning: ${problem}; taking the one before`);
    if (before.found === null) warn(world, `warning: ${path} has no checkpoint yet; it starts again at step 0`);
    return await work(world, { run: before.run, path: folder.path, before }, options);
  } finally {
    await release();
  }
}

async function work(world: World, { run, path, before }: Plan, options: TrainOptions): Promise<Ending> {
  const environment = environmentOf(await world.openDevice());
  const context = imageContext({ ...world, data: options.data ?? null, tell: (line) => warn(world, line) });
  const training = await asked(findSystem(world, run.system).open(run.settings, context));
  let release: (() => Promise<void>) | null = null;
  try {
    if (before?.found) restore(training, before.found);
    const folder = before?.folder ?? (await createRun(path, run, world.command, environment));
    if (before === null) release = await lockRun(path);
    const shown = relative(world.cwd, path) || ".";
    if (!options.quiet) say(world, `${run.recipe} on ${adapterLine(environment)}, in ${shown}`);
    const past = await begin(world, folder, run, before, environment);
    return await finish(world, folder, shown, await follow(world, training, run, folder, past, options));
  } finally {
    await release?.();
    training.dispose();
  }
}

/** Writes the first event; brings the files of a resumed run back to its checkpoint. Returns the rows known so far. */
async function begin(
  world: World,
  folder: RunFolder,
  run: Resolved,
  before: Resumable | null,
  environment: Environment,
): Promise<NumbersRow[]> {
  const step = before?.found?.step ?? 0;
  if (before === null) {
    await appendEvent(folder, { step, event: "started", message: world.command });
    return [];
  }
  await cutBack(folder.metrics, step);
  await rewriteConfig(folder, run);
  await appendEvent(folder, { step, event: "resumed", message: world.command });
  const changes = environmentChanges(before.environment, environment);
  for (const message of [...(before.found?.damaged ?? []), ...changes])
    await appendEvent(folder, { step, event: "warning", message });
  if (changes.length > 0) warn(world, `warning: numbers may differ in their last bits: ${changes.join("; ")}`);
  return readLines(folder.metrics, numbersOf);
}

async function follow(
  world: World,
  training: Training,
  run: Resolved,
  folder: RunFolder,
  past: readonly NumbersRow[],
  options: TrainOptions,
): Promise<Driven> {
  const shown = options.quiet ? silence : progress(world.stdout, Number(run.settings.updates));
  try {
    const warning = (message: string): void => warn(world, `warning: ${message}`);
    return await drive({
      ...{ training, run, folder, past, progress: shown, stop: world.stop, warn: warning },
      checkFinite: options.checkFinite ?? false,
    });
  } catch (error) {
    await appendEvent(folder, { step: training.step, event: "failed", message: (error as Error).message });
    throw error;
  } finally {
    shown.end();
  }
}

async function finish(world: World, folder: RunFolder, shown: string, { ending, summary }: Driven): Promise<Ending> {
  await appendEvent(folder, { step: summary.step, event: ending });
  await writeReport(folder);
  if (ending === "interrupted") {
    say(world, `stopped at step ${summary.step}, saved; continue with: ebm train --resume ${shown}`);
    return "interrupted";
  }
  const numbers = Object.entries(summary).filter(([name]) => name !== "step");
  say(
    world,
    [`done, ${summary.step} updates`, ...numbers.map(([name, value]) => `  ${name} ${significant(value)}`)].join("\n"),
  );
  say(world, `report: ${relative(world.cwd, runFolder(folder.path).report)}`);
  return "ok";
}
