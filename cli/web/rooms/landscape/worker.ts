/** The worker: trains as fast as it can, and tells the page about it as often as the page can draw. */

import { currentDevice } from "../../../../engine/index.ts";
import type { MetricsRow } from "../../../../ebm/index.ts";
import { Keeper } from "../../keeping.ts";
import { Rate } from "../../rate.ts";
import { troubleOf, work } from "../../work.ts";
import { Lab } from "./lab.ts";
import type { Model, News, Pace, Wish } from "./protocol.ts";

/** Milliseconds of updates between two frames; at least one update fits. */
const PER_FRAME = 30;
/** The landscape may take this share of the time. */
const LANDSCAPE_SHARE = 0.25;

let lab: Lab | null = null;
/** Of the wish that the lab was opened for. */
let generation = 0;
let opening: Extract<Wish, { kind: "open" }> | null = null;
let pace: Pace = { running: false, learning: true, long: false };
let stepsAsked = 0;
let drawn = true;

const wake = work<Wish>({
  hear(wish) {
    switch (wish.kind) {
      case "open":
        opening = { ...wish, fresh: wish.fresh || (opening?.fresh ?? false) };
        // Those that are asked for from here on are of what will be opened.
        stepsAsked = 0;
        break;
      case "pace":
        pace = wish.pace;
        break;
      case "step":
        stepsAsked++;
        break;
      case "drawn":
        drawn = true;
    }
  },
  next() {
    if (opening !== null) return reopen(opening);
    if (lab === null) return null;
    if (!seen) return show(lab, { walk: false, landscape: true });
    if (lab.ready && stepsAsked > 0) return step(lab);
    const learning = pace.learning && lab.ready;
    if (pace.running) return learning || drawn ? advance(lab, learning) : null;
    // What has been learned since the last frame.
    return waiting.length > 0 ? show(lab, { walk: false, landscape: false }) : null;
  },
  failed() {
    lab?.dispose();
    lab = null;
  },
  async resting() {
    if (lab !== null && pace.running) return false;
    if (lab !== null) await keeper.keep(identity(lab.model), lab.training);
    return true;
  },
});

const software = (): boolean => currentDevice("landscape").adapter.software;

const rate = new Rate();
/** Whether the landscape has been looked at. */
let seen = false;
/** When the landscape may be looked at again. */
let landscapeDue = 0;
let waiting: MetricsRow[] = [];

const keeper = new Keeper("landscape");
const identity = ({ system, settings, points }: Model): string =>
  JSON.stringify([system, settings, points === null ? null : [...points]]);

/** Opens what was asked for, and shows it as it stands. */
async function reopen({ model, fresh, kept: wanted, ...wish }: Extract<Wish, { kind: "open" }>): Promise<void> {
  opening = null;
  waiting = [];
  rate.forget();
  const before = lab;
  lab = null;
  const present = (await before?.close()) ?? null;
  const kept = wanted ? await keeper.kept((one) => one === identity(model)) : null;
  lab = await Lab.open(model, kept?.arrays ?? (fresh ? null : present), software() ? 10 : 40);
  generation = wish.generation;
  seen = false;
  tell({ kind: "opened", generation, step: lab.training.step, past: kept?.past ?? null });
  keeper.begin(lab.training.step, kept?.past ?? (fresh ? [] : undefined));
  await show(lab, { walk: pace.running, landscape: false });
  void makeReady(lab);
}

/** Compiles what updates need, while the chains walk already. */
async function makeReady(mine: Lab): Promise<void> {
  try {
    await mine.prepare();
    if (mine === lab) tell({ kind: "ready", generation });
  } catch (error) {
    if (mine === lab) tell(troubleOf(error));
  }
  wake();
}

/** One update that was asked for, with all its numbers. */
async function step(lab: Lab): Promise<void> {
  stepsAsked--;
  waiting.push(...(await lab.update({ final: true })));
  rate.forget();
  await show(lab, { walk: true, landscape: true });
}

/** Updates until it is time for a frame, then the frame if the page is ready for it. */
async function advance(lab: Lab, learning: boolean): Promise<void> {
  const end = performance.now() + PER_FRAME;
  if (learning)
    do {
      // A software adapter draws the page too: nothing may queue up before it.
      waiting.push(...(await lab.update({ final: software() })));
      rate.count(performance.now());
    } while (performance.now() < end);
  if (drawn) await show(lab, { walk: true, landscape: learning && performance.now() >= landscapeDue });
}

async function show(lab: Lab, options: { walk: boolean; landscape: boolean }): Promise<void> {
  const began = performance.now();
  const look = await lab.look({ ...options, long: pace.long });
  const now = performance.now();
  // The first look compiles shaders, which says nothing of what the next will cost.
  if (options.landscape) landscapeDue = seen ? now + (now - began) * (1 / LANDSCAPE_SHARE - 1) : now;
  seen ||= options.landscape;
  drawn = false;
  const { step } = lab.training;
  keeper.push(...waiting, { step, ...look.measures });
  tell({ kind: "frame", generation, step, rate: rate.value, rows: waiting, ...look });
  waiting = [];
  if (keeper.due) await keeper.keep(identity(lab.model), lab.training);
}

function tell(news: News): void {
  postMessage(news);
}
