/** The worker of the digits room: learns while it may, and answers what a person asks in between. */

import type { MetricsRow } from "../../../../ebm/index.ts";
import { Keeper } from "../../keeping.ts";
import { Rate } from "../../rate.ts";
import { shelve } from "../../shelf.ts";
import { troubleOf, work } from "../../work.ts";
import { beginnings, type Beginning } from "./begin.ts";
import { runIn, type BroughtRun } from "./brought.ts";
import { digitsHere, type Digits } from "./digits.ts";
import { DigitModel, STRIDE } from "./model.ts";
import { PIXELS, type News, type Way, type Wish } from "./protocol.ts";

/** Milliseconds of updates between two frames; at least one update fits. */
const PER_FRAME = 100;
/** Looks at what is held out, and at the buffer, may take this share of the time. */
const LOOK_SHARE = 0.2;
const DREAMS = 24;
const EXAMPLES = 40;

type Open = Extract<Wish, { kind: "open" }>;

const keeper = new Keeper("digits");
let model: DigitModel | null = null;
let beginning: Beginning | null = null;
/** Whether the shaders of updates are compiled; null before that has begun. */
let ready: boolean | null = null;
let digits: Digits | null = null;
let run: BroughtRun | null = null;
let opening: Open | null = null;
let last: Open | null = null;
let brought: Extract<Wish, { kind: "bring" }>["files"] | null = null;
let running = false;
let stepsAsked = 0;
let drawn = true;
let digit: Float32Array = new Float32Array(PIXELS).fill(-1);
let lookAsked = false;
let walking: { way: Way; at: Float32Array; steps: number } | null = null;
let lookDue = 0;
let waiting: MetricsRow[] = [];
const rate = new Rate();

const wake = work<Wish>({
  hear(wish) {
    switch (wish.kind) {
      case "open":
        opening = wish;
        // Those that are asked for from here on are of what will be opened.
        stepsAsked = 0;
        break;
      case "bring":
        brought = wish.files;
        break;
      case "pace":
        running = wish.running;
        break;
      case "step":
        stepsAsked++;
        break;
      case "look":
        digit = wish.digit;
        lookAsked = true;
        walking = null;
        break;
      case "walk":
        walking = { way: wish.way, at: wish.way.from, steps: 0 };
        break;
      case "drawn":
        drawn = true;
    }
  },
  next() {
    if (brought !== null) return take(brought);
    if (opening !== null) return reopen(opening);
    if (model === null || beginning === null) return null;
    if (lookAsked) return look(model);
    if (walking !== null) return walk(model, walking);
    if (!learns()) return null;
    if (beginning.shown !== null) return learnOn(model, beginning);
    if (ready === null) void makeReady(model);
    if (ready !== true) return null;
    if (stepsAsked > 0) return update(model, { once: true });
    return drawn ? update(model, { once: false }) : null;
  },
  failed() {
    walking = null;
    running = false;
    stepsAsked = 0;
  },
  async resting() {
    if (model === null || beginning === null) return true;
    if (learns()) return false;
    await keeper.keep(beginning.identity, model.training);
    return true;
  },
});

const learns = (): boolean => running || stepsAsked > 0;

/** Takes in what was dropped, and opens it. */
async function take(files: NonNullable<typeof brought>): Promise<void> {
  brought = null;
  const bundle = [...files].find(([name]) => name.endsWith(".tar"));
  if (bundle !== undefined) {
    run = await runIn(bundle[1], bundle[0]);
    // The page asks for it, with its address.
    tell({ kind: "brought", generation: last?.generation ?? 0 });
    return;
  }
  await shelve("mnist", files);
  digits = null;
  opening ??= last;
}

async function reopen(wish: Open): Promise<void> {
  opening = null;
  const from = wish.model === "run" ? run : null;
  if (model !== null && beginning !== null && !wish.fresh) await keeper.keep(beginning.identity, model.training);
  stop();
  last = wish;
  beginning = await beginnings[wish.model]({ wish, keeper, brought: from });
  const { settings, arrays, shown, kept } = beginning;
  const there = shown?.digits ?? (digits ??= await digitsHere());
  model = await DigitModel.open(settings, there, arrays, shown?.heldOut ?? null);
  // A run that was dropped is kept at once; others once they have learned something.
  keeper.begin(from === null ? model.training.step : NaN, kept?.past ?? []);
  await tellOpened(model, beginning, there);
}

/** Opens the trained model once more, on the digits that it is to learn from. */
async function learnOn(mine: DigitModel, begun: Beginning): Promise<void> {
  const there = (digits ??= await digitsHere());
  const arrays = await mine.training.checkpoint();
  stop();
  beginning = { ...begun, shown: null };
  model = await DigitModel.open(begun.settings, there, arrays);
  await tellOpened(model, beginning, there);
}

/** Gives up the model. */
function stop(): void {
  model?.dispose();
  model = null;
  ready = null;
  walking = null;
  waiting = [];
  rate.forget();
}

async function tellOpened(mine: DigitModel, { about, shown, kept }: Beginning, there: Digits): Promise<void> {
  const { heldOut, training } = mine;
  const goesOn =
    kept === null ? "" : ` It goes on at update ${training.step.toLocaleString("en")}, as this browser has kept it.`;
  const learns = shown === null ? ` It learns from ${there.about}.` : " “Play” lets it learn on.";
  tell({
    ...{ kind: "opened", generation: last!.generation, model: last!.model, step: training.step },
    about: `${about}${goesOn}${learns}`,
    examples: heldOut.digits.slice(0, EXAMPLES * PIXELS),
    classes: heldOut.labels.slice(0, EXAMPLES),
    past: kept?.past ?? null,
    dreams: shown?.chains ?? (await mine.dreams(DREAMS)),
  });
  lookAsked = true;
  lookDue = 0;
}

/** Compiles what updates need, once the first digit has been looked at. */
async function makeReady(mine: DigitModel): Promise<void> {
  ready = false;
  try {
    await mine.training.prepare();
    if (mine === model) ready = true;
  } catch (error) {
    if (mine === model) tell(troubleOf(error));
  }
  wake();
}

async function look(mine: DigitModel): Promise<void> {
  lookAsked = false;
  tell({ kind: "seen", step: mine.training.step, ...(await mine.look(digit)) });
}

/** One stride of a chain; learning waits until it has arrived. */
async function walk(mine: DigitModel, on: NonNullable<typeof walking>): Promise<void> {
  on.at = await mine.stride(on.way, on.at, on.steps);
  on.steps += STRIDE;
  const { seen } = await mine.look(on.at);
  // Somebody may have asked for another way in the meantime.
  if (on !== walking) return;
  digit = on.at;
  tell({ kind: "stage", digit: on.at, steps: on.steps, of: on.way.steps, seen });
  if (on.steps >= on.way.steps) walking = null;
}

/** Updates until it is time for a frame, then the frame. */
async function update(mine: DigitModel, { once }: { once: boolean }): Promise<void> {
  const end = performance.now() + PER_FRAME;
  do {
    await mine.training.update();
    waiting.push(...(await mine.training.metrics({ final: true })));
    rate.count(performance.now());
    stepsAsked = Math.max(0, stepsAsked - 1);
  } while (!once && performance.now() < end);
  const began = performance.now();
  const due = once || began >= lookDue;
  const seen = due ? await mine.look(digit) : null;
  const dreams = due ? await mine.dreams(DREAMS) : null;
  const now = performance.now();
  if (due) lookDue = now + (now - began) * (1 / LOOK_SHARE - 1);
  drawn = false;
  const { step } = mine.training;
  keeper.push(...waiting, ...(seen === null ? [] : [{ step, held_out: seen.accuracy }]));
  tell({ kind: "frame", step, rate: rate.value, rows: waiting, dreams });
  if (seen !== null) tell({ kind: "seen", step, ...seen });
  waiting = [];
  if (keeper.due) await keeper.keep(beginning!.identity, mine.training);
}

function tell(news: News): void {
  postMessage(news);
}
