/** The worker: trains as fast as it can, and tells the page about it as often as the page can draw. */

import { DeviceLostError } from "../../../../engine/index.ts";
import type { MetricsRow } from "../../../../ebm/index.ts";
import { keep, keptOf } from "./keeping.ts";
import { Lab } from "./lab.ts";
import { Rate } from "../../rate.ts";
import { openAdapter, troubleOf, turn } from "../../work.ts";
import type { News, Pace, Wish } from "./protocol.ts";

/** Milliseconds of updates between two frames; at least one update fits. */
const PER_FRAME = 30;
/** The landscape may take this share of the time. */
const LANDSCAPE_SHARE = 0.25;

/** Milliseconds after which a training is kept again, and rows of its past at most. */
const KEEP_EVERY = 10_000;
const MOST_PAST = 2000;

let lab: Lab | null = null;
/** Of the wish that the lab was opened for. */
let generation = 0;
let opening: Extract<Wish, { kind: "open" }> | null = null;
let pace: Pace = { running: false, learning: true, long: false };
let stepsAsked = 0;
let drawn = true;
let software = false;
let wake = (): void => undefined;

addEventListener("message", ({ data }: MessageEvent<Wish>) => {
  switch (data.kind) {
    case "open":
      opening = { ...data, fresh: data.fresh || (opening?.fresh ?? false) };
      break;
    case "pace":
      pace = data.pace;
      break;
    case "step":
      stepsAsked++;
      break;
    case "drawn":
      drawn = true;
  }
  wake();
});

void work().catch((error: unknown) => tell(troubleOf(error)));

async function work(): Promise<void> {
  const adapter = await openAdapter();
  software = adapter.software;
  tell(adapter);
  for (;;) {
    await turn();
    try {
      if (opening !== null) await reopen(opening);
      else if (lab !== null && !seen) await show(lab, { walk: false, landscape: true });
      else if (lab?.ready && stepsAsked > 0) await step(lab);
      else if (lab !== null && pace.running) await advance(lab);
      else await rest();
    } catch (error) {
      if (error instanceof DeviceLostError) throw error;
      tell(troubleOf(error));
      lab?.dispose();
      lab = null;
    }
  }
}

/** Shows what has been learned since the last frame, says that nothing more is under way, and waits for a wish. */
async function rest(): Promise<void> {
  if (lab !== null && waiting.length > 0) return show(lab, { walk: false, landscape: false });
  if (lab !== null) await keepIt(lab);
  tell({ kind: "resting" });
  await woken();
}

const rate = new Rate();
/** Whether the landscape has been looked at. */
let seen = false;
/** When the landscape may be looked at again. */
let landscapeDue = 0;
let waiting: MetricsRow[] = [];

/** All that frames have told of the numbers, thinned out. */
let past: MetricsRow[] = [];
/** The update that was last kept, and when. */
let keptStep = 0;
let keptAt = 0;

/** Keeps the training in this browser, if there is anything new. */
async function keepIt(lab: Lab): Promise<void> {
  keptAt = performance.now();
  if (lab.training.step === keptStep) return;
  keptStep = lab.training.step;
  await keep(lab.model, await lab.training.checkpoint(), past);
}

/** Opens what was asked for, and shows it as it stands. */
async function reopen({ model, fresh, kept: wanted, ...wish }: Extract<Wish, { kind: "open" }>): Promise<void> {
  opening = null;
  stepsAsked = 0;
  waiting = [];
  rate.forget();
  const before = lab;
  lab = null;
  const present = (await before?.close()) ?? null;
  const kept = wanted ? await keptOf(model) : null;
  lab = await Lab.open(model, kept?.arrays ?? (fresh ? null : present), software ? 10 : 40);
  if (kept !== null || fresh) past = kept?.past ?? [];
  generation = wish.generation;
  seen = false;
  tell({ kind: "opened", generation, step: lab.training.step, past: kept?.past ?? null });
  keptStep = lab.training.step;
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
async function advance(lab: Lab): Promise<void> {
  const end = performance.now() + PER_FRAME;
  const learning = pace.learning && lab.ready;
  if (learning)
    do {
      // A software adapter draws the page too: nothing may queue up before it.
      waiting.push(...(await lab.update({ final: software })));
      rate.count(performance.now());
    } while (performance.now() < end);
  if (drawn) await show(lab, { walk: true, landscape: learning && performance.now() >= landscapeDue });
  else if (!learning) await woken();
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
  past.push(...waiting, { step, ...look.measures });
  if (past.length > MOST_PAST) past = past.filter((_, at) => at % 2 === 1);
  tell({ kind: "frame", generation, step, rate: rate.value, rows: waiting, ...look });
  waiting = [];
  if (now - keptAt > KEEP_EVERY) await keepIt(lab);
}

function tell(news: News): void {
  postMessage(news);
}

/** Waits for the next message. */
function woken(): Promise<void> {
  return new Promise((resolve) => (wake = resolve));
}
