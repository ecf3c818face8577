/** ebm sweep: trains a recipe over a grid of settings, and compares the runs. */

import { stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { comparisonPage } from "../compare/page.ts";
import { compare } from "../compare/rows.ts";
import { csv, textTable } from "../compare/table.ts";
import { findSystem, resolve, type Overrides } from "../config/resolve.ts";
import { exitCodes, Failure, type Ending } from "../failure.ts";
import { writeAtomically } from "../run/atomic.ts";
import { createSweep, openSweep, type Sweep, type SweepFolder } from "../sweep/folder.ts";
import { cellsOf, readAxis } from "../sweep/grid.ts";
import { work, type Outcome } from "../sweep/work.ts";
import { say, warn, type World } from "../world.ts";
import { readRuns } from "./compare.ts";

export interface SweepOptions extends Overrides {
  grid?: readonly string[];
  jobs: string;
  out?: string;
  data?: string;
  resume?: string;
}

/** Runs what has not finished yet; writes the comparison of all there is. */
export async function sweep(world: World, recipe: string | undefined, options: SweepOptions): Promise<Ending> {
  const jobs = Number(options.jobs);
  if (!Number.isInteger(jobs) || jobs < 1)
    throw new Failure("usage", `--jobs ${options.jobs}: expected a whole number of at least 1`);
  const { folder, plan } = await opened(world, recipe, options);
  const cells = cellsOf(plan.axes);
  const shown = relative(world.cwd, folder.path) || ".";
  say(world, `${plan.recipe}: ${cells.length} runs, in ${shown}`);
  const data = options.data === undefined ? [] : ["--data", options.data];
  let done = 0;
  const outcomes = await work(
    world,
    cells,
    ({ set }) => ["train", plan.recipe, ...[...plan.set, ...set].flatMap((one) => ["--set", one]), ...data, "--quiet"],
    folder.runs,
    jobs,
    (outcome) => say(world, `${++done}/${cells.length}  ${outcome.cell.name}  ${wordOf(outcome)}`),
  );
  await summarise(
    world,
    plan,
    folder,
    cells.map(({ name }) => join(folder.runs, name)),
  );
  const failed = outcomes.filter(({ code }) => code !== exitCodes.ok);
  if (outcomes.length < cells.length || failed.length > 0)
    warn(
      world,
      `${cells.length - outcomes.length + failed.length} of ${cells.length} runs did not finish; continue with: ebm sweep --resume ${shown}`,
    );
  if (world.stop.aborted) return "interrupted";
  return failed.length === 0 ? "ok" : endingOf(failed[0].code);
}

async function opened(
  world: World,
  recipe: string | undefined,
  options: SweepOptions,
): Promise<{ folder: SweepFolder; plan: Sweep }> {
  const { set = [], grid = [] } = options;
  const common = [
    ...set,
    ...(options.seed === undefined ? [] : [`seed=${options.seed}`]),
    ...(options.steps === undefined ? [] : [`updates=${options.steps}`]),
    ...(options.guard === undefined ? [] : [`guard.mode=${options.guard}`]),
  ];
  if (options.resume !== undefined) {
    if (recipe !== undefined || grid.length > 0 || common.length > 0 || options.out !== undefined)
      throw new Failure("usage", `--resume ${options.resume}: a sweep keeps its recipe, grid, settings and folder`);
    const { folder, sweep: plan } = await openSweep(options.resume, world.cwd);
    return { folder, plan };
  }
  if (recipe === undefined) throw new Failure("usage", 'sweep: no recipe given; "ebm recipes" lists them');
  if (grid.length === 0) throw new Failure("usage", "sweep: no --grid given, such as --grid sampler.steps=5,20,60");
  const { system } = await resolve(world, recipe, { set: common }, world.cwd);
  const axes = grid.map((text) => readAxis(findSystem(world, system).fields, text));
  cellsOf(axes);
  const plan: Sweep = { recipe, set: common, axes, command: world.command };
  return { plan, folder: await createSweep(options.out ?? null, plan, world.cwd) };
}

/** Writes report.html and table.csv of the runs that exist, and prints the table. */
async function summarise(world: World, plan: Sweep, folder: SweepFolder, paths: readonly string[]): Promise<void> {
  const there = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  const runs = await readRuns(
    world,
    paths.filter((_, at) => there[at]),
  );
  if (runs.length === 0) return;
  const comparison = compare(runs);
  await writeAtomically(folder.table, csv(comparison));
  await writeAtomically(folder.report, comparisonPage(`${plan.recipe}, swept`, runs, plan.command));
  say(world, textTable(comparison));
  say(world, `report: ${relative(world.cwd, folder.report)}`);
}

function wordOf({ code, message, before }: Outcome): string {
  if (before) return "had finished before";
  if (code === exitCodes.ok) return "finished";
  return code === exitCodes.interrupted ? "stopped, saved" : `failed (${code}): ${message}`;
}

/** The ending whose exit code a process had; what it is not is a fault. */
const endingOf = (code: number): Ending =>
  (Object.keys(exitCodes) as Ending[]).find((ending) => exitCodes[ending] === code) ?? "fault";
