/** The worker of the source view: plans updates, and runs none. */

import { costOf, listingOf, memoryOf } from "../../../../engine/index.ts";
import { planarTargets, systems } from "../../../../ebm/index.ts";
import { standIn } from "../../../datasets/standIn.ts";
import { openAdapter, troubleOf } from "../../work.ts";
import { racers } from "../arena/racers.ts";
import { LAP, Runner } from "../arena/runner.ts";
import { spiral } from "../landscape/own.ts";
import type { News, Planned, Wish } from "./protocol.ts";

/** Nothing is looked at here but what would run: images of nothing will do, and any points. */
const context = { ...standIn, points: () => Promise.resolve(spiral) };

const ready = openAdapter().then(tell);
ready.catch((error: unknown) => tell(troubleOf(error)));

addEventListener("message", ({ data }: MessageEvent<Wish>) => {
  void ready.then(() => plan(data)).catch((error: unknown) => tell(troubleOf(error)));
});

async function plan(wish: Wish): Promise<void> {
  const planned = wish.kind === "race" ? planOfLap(wish) : await planOfUpdate(wish);
  tell({ kind: "planned", generation: wish.generation, ...planned });
  tell({ kind: "resting" });
}

type Plan = Omit<Planned, "kind" | "generation">;

async function planOfUpdate({ system, settings }: Extract<Wish, { kind: "training" }>): Promise<Plan> {
  const training = await systems[system].open(settings, context, { prepared: false });
  try {
    const { update } = await training.explain();
    return { cost: update.cost, memory: update.memory, listing: update.listing() };
  } finally {
    training.dispose();
  }
}

function planOfLap({ race, racer }: Extract<Wish, { kind: "race" }>): Plan {
  const found = racers.find(({ name }) => name === racer)!;
  const runner = new Runner(found, planarTargets[race.target], race);
  try {
    const { schedule } = runner.trace(LAP);
    return { cost: costOf(schedule.commands), memory: memoryOf(schedule), listing: listingOf(schedule) };
  } finally {
    runner.dispose();
  }
}

function tell(news: News): void {
  postMessage(news);
}
