/** Sources of points that are drawn on the GPU. */

import { dispose, type Key, type Tensor } from "../../../engine/index.ts";
import type { Source } from "../source.ts";

/** A source of the points `[count, 2]` that `draw` makes of a key, which reads the tensors `held`. */
export const drawn = (draw: (key: Key, count: number) => Tensor, held: readonly Tensor[] = []): Source => ({
  about: "points, drawn on the GPU",
  item: [2],
  uploads: false,
  feed: () => null,
  batch: (key, count) => draw(key, count),
  dispose: () => dispose(held),
});

/** One of the keys that `split` gave. */
export const keyAt = (keys: Key, index: number): Key => keys.slice([[index, index + 1]]).reshape([]);
