/** Bright rectangles on black: images for small studies, made from a seed. */

import { foldIn, keyOf, randomBits } from "../../engine/random/threefry.ts";
import { randomIndex } from "../../engine/random/uniform.ts";
import type { ImageData } from "../training.ts";

const count = 1000;
const extent = 32;
/** Sides of a rectangle, in pixels. */
const [shortest, longest] = [6, 15];

/** Keep these draws apart from each other and from those of a training with the same seed. */
const purposes = { train: 0x72656374, test: 0x72656375 } as const;

/**
 * 1 000 images of 32 × 32, each with one white rectangle: its sides are 6 to 15 pixels and it lies wholly inside, all equally
 * likely. The pixels, in [−1, 1], have a mean near −0.785 and a deviation near 0.62; 10.8 % of them are white.
 */
export function rectangles(seed: number, part: "train" | "test" = "train"): ImageData {
  const key = foldIn(keyOf(seed), purposes[part]);
  const images = new Uint8Array(count * extent * extent);
  for (let item = 0; item < count; item++) {
    const draw = (which: number, n: number): number => randomIndex(randomBits(key, 4 * item + which), n);
    const [height, width] = [0, 1].map((which) => shortest + draw(which, longest - shortest + 1));
    const [top, left] = [draw(2, extent - height + 1), draw(3, extent - width + 1)];
    for (let row = top; row < top + height; row++) {
      const start = (item * extent + row) * extent + left;
      images.fill(255, start, start + width);
    }
  }
  return { name: "rectangles", images, count, channels: 1, height: extent, width: extent, labels: null };
}
