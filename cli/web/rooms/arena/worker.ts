/** The worker of the arena: one sampler after the other walks a lap, and every lap is told. */

import { breathe } from "#host";
import { compile, dispose, fromArray, grad, toArray, type Tensor } from "../../../../engine/index.ts";
import { energyOf, planarTargets, steinDiscrepancy, type Target } from "../../../../ebm/index.ts";
import { work } from "../../work.ts";
import type { Lap, News, Race, Wish } from "./protocol.ts";
import { racers } from "./racers.ts";
import { LAP, Runner } from "./runner.ts";

/** Draws that the Stein discrepancy looks at: it compares each with each. */
const COMPARED = 250;

interface Field {
  runners: readonly Runner[];
  slopes: (x: Float32Array) => Promise<Float32Array>;
  dispose: () => void;
}

let field: Field | null = null;
let generation = 0;
let opening: Extract<Wish, { kind: "open" }> | null = null;
let running = false;
let stepsAsked = 0;
let drawn = true;
/** Samplers are judged in turns, and this may take a quarter of the time. */
const JUDGING_SHARE = 0.25;
let turnsJudged = 0;
let judgingDue = 0;

work<Wish>({
  hear(wish) {
    if (wish.kind === "open") opening = wish;
    else if (wish.kind === "pace") running = wish.running;
    else if (wish.kind === "step") stepsAsked++;
    else drawn = true;
  },
  next() {
    if (opening !== null) reopen(opening);
    if (field !== null && stepsAsked > 0) return step(field);
    return field !== null && running && drawn ? round(field, LAP) : null;
  },
  failed() {
    field?.dispose();
    field = null;
  },
  resting: () => Promise.resolve(field === null || !running),
});

function reopen(wish: Extract<Wish, { kind: "open" }>): void {
  field?.dispose();
  field = fieldOf(wish.race);
  ({ generation } = wish);
  opening = null;
  stepsAsked = turnsJudged = judgingDue = 0;
  drawn = true;
}

function fieldOf(race: Race): Field {
  const target = planarTargets[race.target];
  const chosen = racers.filter(({ name }) => race.racers.includes(name));
  const runners = chosen.map((racer) => new Runner(racer, target, race));
  const slopes = slopesOf(target);
  return {
    runners,
    slopes,
    dispose() {
      for (const runner of runners) runner.dispose();
      slopes.dispose();
    },
  };
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
    tell({ kind: "lap", generation, racer: runner.racer.name, lap: { ...lap, scores } });
    await breathe();
    if (opening !== null) return;
  }
  drawn = false;
  tell({ kind: "round", generation });
}

async function scoresOf({ tally }: Runner, { slopes }: Field): Promise<Lap["scores"]> {
  const began = performance.now();
  const scores = tally.scores();
  if (scores === null) return null;
  const draws = tally.sample(COMPARED);
  const { biased } = steinDiscrepancy(draws, await slopes(draws), { dimensions: 2 });
  const now = performance.now();
  judgingDue = now + (now - began) * (1 / JUDGING_SHARE - 1);
  return { ...scores, ksd: Math.sqrt(biased) };
}

/** ∇E at points `[n, 2]` flat. */
function slopesOf(target: Target): Field["slopes"] & { dispose: () => void } {
  const program = compile((x: Tensor) => grad(energyOf(target)(x).sum(), x));
  const slopes = async (points: Float32Array): Promise<Float32Array> => {
    const x = fromArray({ dtype: "f32", shape: [points.length / 2, 2], data: points });
    const slope = program(x);
    const { data } = await toArray(slope);
    dispose(x, slope);
    return data as Float32Array;
  };
  return Object.assign(slopes, { dispose: () => program.dispose() });
}

function tell(news: News): void {
  postMessage(news);
}
