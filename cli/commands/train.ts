/** ebm train: trains a recipe in a new run folder, or continues a run. */

import { relative } from "node:path";
import { findSystem, resolve, type Overrides, type Resolved } from "../config/resolve.ts";
import { imageContext } from "../datasets/images.ts";
import { asked, Failure, type Ending } from "../failure.ts";
import { progress, silence } from "../progress/progress.ts";
import { significant } from "../progress/line.ts";
import type { Driven } from "../run/drive.ts";
import { adapterLine, environmentOf } from "../run/environment.ts";
import { createRun, openRun, runFolder, type RunFolder } from "../run/folder.ts";
import { lockRun } from "../run/lock.ts";
import { placeRun } from "../run/place.ts";
import { findResumable, restore, type Resumable } from "../run/resume.ts";
import { session } from "../run/session.ts";
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
    const live = options.quiet ? silence : progress(world.stdout, Number(run.settings.updates));
    const driven = await session({
      ...{ training, run, folder, before, environment, command: world.command, progress: live, stop: world.stop },
      warn: (message) => warn(world, `warning: ${message}`),
      checkFinite: options.checkFinite ?? false,
    }).finally(() => live.end());
    return finish(world, folder, shown, driven);
  } finally {
    await release?.();
    training.dispose();
  }
}

function finish(world: World, folder: RunFolder, shown: string, { ending, summary }: Driven): Ending {
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
