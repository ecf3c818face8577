/** ebm tune: measures which forms of kernels are the fastest on this adapter, for the updates of a recipe, and remembers them. */

import { showMicroseconds } from "../../engine/amounts.ts";
import { autotune, currentDevice, type Profile, type Trial, type Tuning } from "../../engine/index.ts";
import { columns } from "../columns.ts";
import { findSystem, resolve, type Overrides } from "../config/resolve.ts";
import { standIn } from "../datasets/standIn.ts";
import { asked, Failure, type Ending } from "../failure.ts";
import { adapterLine, environmentOf } from "../run/environment.ts";
import { keepTuned, tunedFile } from "../tuned.ts";
import { say, warn, type World } from "../world.ts";

export interface TuneOptions extends Overrides {
  /** Whether what is known of this adapter is forgotten instead. */
  forget?: boolean;
}

/** Prints what every form took, and keeps the choices in the cache. Data sets need not be there: pictures of nothing stand in for them. */
export async function tune(world: World, recipe: string | undefined, options: TuneOptions): Promise<Ending> {
  if ((recipe === undefined) === !options.forget) throw new Failure("usage", "tune: takes a recipe, or --forget");
  const facts = await world.openDevice();
  const path = tunedFile(world.env);
  if (recipe === undefined) {
    await keepTuned(world, facts, null);
    say(world, `${path}: nothing about ${facts.name} any more`);
    return "ok";
  }
  const run = await resolve(world, recipe, options, world.cwd);
  const system = findSystem(world, run.system);
  const updates = Number(run.settings.updates);
  say(world, `on ${adapterLine(environmentOf(facts))}, for ${updates} updates of ${run.recipe}`);
  const profile = async (): Promise<Profile> => {
    world.stop.throwIfAborted();
    const training = await asked(system.open(run.settings, standIn, { prepared: false }));
    try {
      return await (await training.explain()).update.profile();
    } finally {
      training.dispose();
    }
  };
  let tuning: Tuning;
  try {
    tuning = await autotune(currentDevice("tune"), profile, updates, (form) => warn(world, `measuring ${form}`));
  } catch (error) {
    if (world.stop.aborted) return "interrupted";
    throw error;
  }
  await keepTuned(world, facts, tuning.choices);
  for (const line of told(tuning)) say(world, line);
  say(world, `kept in ${path}`);
  return "ok";
}

/** A table of all trials, and what the choices come to. */
function told({ choices, trials }: Tuning): string[] {
  const isTaken = ({ kind, form }: Trial): boolean => choices.get(kind) === form;
  const isStandard = (trial: Trial): boolean => trials.find(({ kind }) => kind === trial.kind) === trial;
  const rows = trials.map((trial) => [
    isStandard(trial) ? trial.kind : "",
    trial.form,
    `${trial.compilation.toFixed(0)} ms`,
    showMicroseconds(trial.microseconds),
    [...(isTaken(trial) ? ["taken"] : []), ...(isStandard(trial) ? ["standard"] : [])].join(", "),
  ]);
  const total = (of: (trial: Trial) => boolean): string =>
    showMicroseconds(
      trials
        .filter((trial) => trial.kind !== "loop" && of(trial))
        .reduce((sum, { microseconds }) => sum + microseconds, 0),
    );
  return [
    columns([["products, rows, columns, terms", "form", "to compile", "an update", ""], ...rows]),
    `these kernels take ${total(isTaken)} of an update, ${total(isStandard)} in their standard forms`,
  ];
}
