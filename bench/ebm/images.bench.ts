/** What a batch of images costs the host: chosen, sent and asked for, from images that lie on the GPU and from images that do not. */

import { compile, dispose, foldIn, key, type Key, type Tensor } from "../../engine/index.ts";
import { imageSource } from "../../ebm/data/images.ts";
import type { ImageData } from "../../ebm/index.ts";
import { dispatchesIn, type Case } from "../case.ts";

const BATCH = 64;

const sets: readonly ImageData[] = [
  { name: "mnist", count: 60_000, channels: 1, height: 28, width: 28 },
  { name: "cifar10", count: 10_000, channels: 3, height: 32, width: 32 },
].map((shape) => ({
  ...shape,
  images: new Uint8Array(shape.count * shape.channels * shape.height * shape.width),
  labels: null,
}));

const batchCase = (on: Case["on"], data: ImageData, resident: boolean): Case => ({
  name: `${on === "null" ? "host" : "ebm"}/images/${data.name}-${resident ? "resident" : "uploaded"}`,
  on,
  unit: "update",
  async open() {
    const source = imageSource(data, data.height, {
      resident,
      flip: data.channels === 3,
      crop: data.channels === 3 ? 4 : 0,
    });
    const program = compile((from: Key, fed: readonly Tensor[]) => source.batch(from, BATCH, fed[0] ?? null));
    const feed = (from: Key): Tensor[] => [source.feed(from, BATCH)].filter((fed) => fed !== null);
    const first = feed(key(1));
    const { schedule } = await program.prepare(key(1), first);
    dispose(first);
    let update = 0;
    return {
      units: 1,
      dispatches: dispatchesIn(schedule.commands),
      run() {
        const from = foldIn(key(1), update++);
        const fed = feed(from);
        dispose(program(from, fed), fed);
      },
      dispose() {
        program.dispose();
        source.dispose();
      },
    };
  },
});

export const imageCases = (["null", "adapter"] as const).flatMap((on) =>
  sets.flatMap((data) => [true, false].map((resident) => batchCase(on, data, resident))),
);
