/** The worker of the digits room: learns while it may, and answers what a person asks in between. */

import { DeviceLostError } from "../../../../engine/index.ts";
import type { MetricsRow, Settings } from "../../../../ebm/index.ts";
import { Rate } from "../../rate.ts";
import { openAdapter, troubleOf, turn } from "../../work.ts";
import { runIn, type BroughtRun } from "./brought.ts";
import { fontDigits, given, served, type Digits } from "./digits.ts";
import { DigitModel, STRIDE } from "./model.ts";
import { PIXELS, type News, type Way, type Wish } from "./protocol.ts";

/** Milliseconds of updates between two frames; at least one update fits. */
const PER_FRAME = 100;
/** Looks at what is held out, and at the buffer, may take this share of the time. */
const LOOK_SHARE = 0.2;
const DREAMS = 24;
const EXAMPLES = 40;

type Open = Extract<Wish, { kind: "open" }>;

let model: DigitModel | null = null;
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
let wake = (): void => undefined;

addEventListener("message", ({ data }: MessageEvent<Wish>) => {
  switch (data.kind) {
    case "open":
      opening = data;
      break;
    case "bring":
      brought = data.files;
      break;
    case "pace":
      running = data.running;
      break;
    case "step":
      stepsAsked++;
      break;
    case "look":
      digit = data.digit;
      lookAsked = true;
      walking = null;
      break;
    case "walk":
      walking = { way: data.way, at: data.way.from, steps: 0 };
      break;
    case "drawn":
      drawn = true;
  }
  wake();
});

void work().catch((error: unknown) => tell(troubleOf(error)));

async function work(): Promise<void> {
  tell(await openAdapter());
  for (;;) {
    await turn();
    try {
      if (brought !== null) await take(brought);
      else if (opening !== null) await reopen(opening);
      else if (model === null) await rest();
      else if (lookAsked) await look(model);
      else if (walking !== null) await walk(model, walking);
      else if (ready === null) void makeReady(model);
      else if (ready && stepsAsked > 0) await update(model, { once: true });
      else if (ready && running && drawn) await update(model, { once: false });
      else await rest();
    } catch (error) {
      if (error instanceof DeviceLostError) throw error;
      tell(troubleOf(error));
      walking = null;
      running = false;
    }
  }
}

async function rest(): Promise<void> {
  if (model === null || !running) tell({ kind: "resting" });
  await new Promise<void>((resolve) => (wake = resolve));
}

/** Takes in what was dropped, and opens it. */
async function take(files: NonNullable<typeof brought>): Promise<void> {
  brought = null;
  const bundle = files.find(({ name }) => name.endsWith(".tar"));
  if (bundle !== undefined) run = await runIn(bundle.bytes, bundle.name);
  else digits = await given(files);
  opening ??= last;
}

async function reopen(wish: Open): Promise<void> {
  opening = null;
  // Another wish to open is for a training from its seed; a run is opened once.
  const from = run;
  run = null;
  digits ??= (wish.server === null ? null : await served(wish.server)) ?? fontDigits();
  model?.dispose();
  model = null;
  ready = null;
  stepsAsked = 0;
  walking = null;
  waiting = [];
  rate.forget();
  last = wish;
  const settings: Settings = from?.settings ?? wish.settings;
  const opened = await DigitModel.open(settings, digits, from?.arrays ?? null);
  model = opened;
  const { heldOut, training } = opened;
  const data = from === null ? digits.about : `the run ${from.name}; ${digits.about}`;
  const examples = heldOut.digits.slice(0, EXAMPLES * PIXELS);
  const classes = heldOut.labels.slice(0, EXAMPLES);
  tell({ kind: "opened", generation: wish.generation, step: training.step, data, examples, classes, settings });
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
  tell({ kind: "frame", step, rate: rate.value, rows: waiting, dreams });
  if (seen !== null) tell({ kind: "seen", step, ...seen });
  waiting = [];
}

function tell(news: News): void {
  postMessage(news);
}
