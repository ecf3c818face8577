/** The worker of the source view: plans updates, and runs none. */

import { systems } from "../../../../ebm/index.ts";
import { openAdapter, troubleOf } from "../../work.ts";
import type { News, Wish } from "./protocol.ts";

const ready = openAdapter().then(tell);
ready.catch((error: unknown) => tell(troubleOf(error)));

addEventListener("message", ({ data }: MessageEvent<Wish>) => {
  void ready.then(() => plan(data)).catch((error: unknown) => tell(troubleOf(error)));
});

async function plan({ system, settings, generation }: Wish): Promise<void> {
  const context = {
    data: (name: string) => Promise.reject(new RangeError(`data.name: no images here, got "${name}"`)),
  };
  const training = await systems[system].open(settings, context, { prepared: false });
  try {
    const { update } = await training.explain();
    tell({ kind: "planned", generation, cost: update.cost, memory: update.memory, listing: update.listing() });
    tell({ kind: "resting" });
  } finally {
    training.dispose();
  }
}

function tell(news: News): void {
  postMessage(news);
}
