/** What training draws its data from. */

import type { Key, Shape, Tensor } from "../../engine/index.ts";

export interface Source {
  /** What it gives and where that lies: `60000 images as bytes on the GPU, 44.9 MiB`. */
  about: string;
  /** Shape of one item: [2] for points, [c, h, w] for images in [−1, 1]. */
  item: Shape;
  /** Whether the host uploads every batch: `feed` gives something, and `batch` needs it. */
  uploads: boolean;
  /** What the host uploads for one batch: items for images, nothing for distributions that the GPU samples itself. */
  feed(key: Key, count: number): Tensor | null;
  /** The batch, inside a compiled program. */
  batch(key: Key, count: number, fed: Tensor | null): Tensor;
  /** Gives back what it holds on the device. */
  dispose(): void;
}
