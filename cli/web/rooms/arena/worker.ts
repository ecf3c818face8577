/** The worker of the arena: one sampler after the other walks a lap, and every lap is told. */

import { breathe } from "#host";
import { FormatError } from "../../../../nn/formatError.ts";
import { Keeper } from "../../keeping.ts";
import { work } from "../../work.ts";
import { Field } from "./field.ts";
import type { Lap, News, Wish } from "./protocol.ts";
import { LAP, type Runner } from "./runner.ts";

type Open = Extract<Wish, { kind: "open" }>;

let field: Field | null = null;
let generation = 0;
let opening: Open | null = null;
let running = false;
let stepsAsked = 0;
let drawn = true;
/** Samplers are judged in turns, and this may take a quarter of the time. */
const JUDGING_SHARE = 0.25;
let turnsJudged = 0;
let judgingDue = 0;
const keeper = new Keeper("arena");

work<Wish>({
  hear(wish) {
    if (wish.kind === "open") {
      opening = wish;
      // Those that are asked for from here on are of this race.
      stepsAsked = 0;
    } else if (wish.kind === "pace") running = wish.running;
    else if (wish.kind === "step") stepsAsked++;
    else drawn = true;
  },
  next() {
    if (opening !== null) return reopen(opening);
    if (field !== null && stepsAsked > 0) return step(field);
    return field !== null && running && drawn ? round(field, LAP) : null;
  },
  failed() {
    field?.dispose();
    field = null;
  },
  async resting() {
    if (field !== null && running) return false;
    if (field !== null) await keep(field);
    return true;
  },
});

const keep = (field: Field): Promise<void> => keeper.keep(JSON.stringify(field.race), field);

/** Lines up all chains, or goes on with a race that this browser has kept. */
async function reopen({ race, kept: wanted, ...wish }: Open): Promise<void> {
  field?.dispose();
  field = new Field(race);
  ({ generation } = wish);
  opening = null;
  turnsJudged = judgingDue = 0;
  drawn = true;
  const kept = wanted ? await keeper.kept((model) => model === JSON.stringify(race)) : null;
  if (kept !== null) await goOn(field, kept.arrays);
  keeper.begin(field.step);
}

async function goOn(mine: Field, arrays: Parameters<Field["restore"]>[0]): Promise<void> {
  try {
    mine.restore(arrays);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    // Kept by another version: it begins anew.
    mine.dispose();
    field = new Field(mine.race);
    return;
  }
  for (const runner of mine.runners) tellLap(runner, { ...runner.present, scores: await mine.scores(runner) });
  tell({ kind: "goes on", generation, steps: mine.runners[0].tally.steps });
}

async function step(field: Field): Promise<void> {
  stepsAsked--;
  await round(field, 1);
}

/** A lap of every sampler, unless something else is asked for in the meantime. */
async function round(field: Field, steps: number): Promise<void> {
  const judged = performance.now() < judgingDue ? null : turnsJudged++ % field.runners.length;
  for (const [at, runner] of field.runners.entries()) {
    const lap = await runner.lap(steps);
    const scores = at === judged ? await scoresOf(runner, field) : null;
    tellLap(runner, { ...lap, scores });
    await breathe();
    if (opening !== null) return;
  }
  if (keeper.due) await keep(field);
  drawn = false;
  tell({ kind: "round", generation });
}

async function scoresOf(runner: Runner, field: Field): Promise<Lap["scores"]> {
  const began = performance.now();
  const scores = await field.scores(runner);
  const now = performance.now();
  if (scores !== null) judgingDue = now + (now - began) * (1 / JUDGING_SHARE - 1);
  return scores;
}

function tellLap({ racer: { name } }: Runner, lap: Lap): void {
  tell({ kind: "lap", generation, racer: name, lap });
}

function tell(news: News): void {
  postMessage(news);
}
