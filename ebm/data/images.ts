/** Batches of images, chosen on the host by the same keyed permutation as everywhere. */

import { evaluate, fromArray, type Key } from "../../engine/index.ts";
import { permute } from "../../engine/random/permutation.ts";
import type { ImageData } from "../training.ts";
import { resizePlanes } from "./resize.ts";
import type { Source } from "./source.ts";

/** Distinct random images scaled from bytes to [−1, 1] and, if need be, to `size` × `size` pixels. */
export function imageSource(data: ImageData, size: number): Source {
  const { channels, height, width, count: total } = data;
  const pixels = channels * height * width;
  const item = [channels, size, size];
  return {
    item,
    feed(key, count) {
      if (count > total) throw new RangeError(`imageSource: a batch of ${count} from ${total} images of ${data.name}`);
      const words = wordsOf(key);
      const planes = new Float32Array(count * pixels);
      for (let i = 0; i < count; i++) {
        const start = permute(words, i, total) * pixels;
        for (let p = 0; p < pixels; p++) planes[i * pixels + p] = data.images[start + p] / 127.5 - 1;
      }
      return fromArray({ dtype: "f32", shape: [count, ...item], data: resizePlanes(planes, height, width, size) });
    },
    batch(_key, _count, fed) {
      if (fed === null) throw new TypeError("imageSource: the batch was not fed");
      return fed;
    },
    dispose: () => undefined,
  };
}

/** A key that is known on the host, as its two words. */
function wordsOf(key: Key): [number, number] {
  const [{ data }] = evaluate([key], new Map());
  return [data[0], data[1]];
}
