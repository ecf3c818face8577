/** Batches of images: which ones by the same keyed permutation as everywhere, gathered and scaled on the GPU. */

import {
  byteAt,
  choice,
  currentDevice,
  dispose,
  evaluate,
  fromArray,
  iota,
  take,
  type Key,
  type Tensor,
} from "../../engine/index.ts";
import { showBytes } from "../../engine/amounts.ts";
import { permute } from "../../engine/random/permutation.ts";
import type { ImageData } from "../training.ts";
import { augmented, type Augmentation } from "./augment.ts";
import { resizePlanes } from "./resize.ts";
import type { Source } from "./source.ts";

export interface ImageOptions extends Partial<Augmentation> {
  /**
   * Whether all images lie on the GPU, or only those of a batch are uploaded at each update: the same images, bit for bit.
   * On the GPU unless they exceed what the adapter binds as one buffer.
   */
  resident?: boolean;
}

/**
 * Distinct random images `[count, channels, size, size]`, augmented, and scaled from bytes to [−1, 1]. Images of another size
 * are resized once, to bytes. Those lie four to a word, and are unpacked and looked up where they are read.
 */
export function imageSource(
  data: ImageData,
  size: number,
  { flip = false, crop = 0, resident }: ImageOptions = {},
): Source {
  const { name, count: total } = data;
  const item = [data.channels, size, size];
  const pixels = data.channels * size * size;
  const words = packed(resizePlanes(data.images, data.height, data.width, size), total, pixels);
  const width = words.length / total;
  const levels = fromArray({
    dtype: "f32",
    shape: [256],
    data: Float32Array.from({ length: 256 }, (_, byte) => levelOf(byte)),
  });
  const most = currentDevice("imageSource").mostBytes;
  const table =
    (resident ?? words.byteLength <= most) ? fromArray({ dtype: "u32", shape: [total, width], data: words }) : null;

  const expectEnough = (count: number): void => {
    if (count > total) throw new RangeError(`imageSource: a batch of ${count} from ${total} images of ${name}`);
  };
  const bytes = `${total} images as bytes`;
  return {
    about:
      table !== null
        ? `${bytes} on the GPU, ${showBytes(words.byteLength)}`
        : `${bytes} on the host, ${showBytes(words.byteLength)}; each batch is uploaded (the GPU binds ${showBytes(most)})`,
    item,
    uploads: table === null,
    feed(key, count) {
      expectEnough(count);
      if (table !== null) return null;
      const name = wordsOf(key);
      const rows = new Uint32Array(count * width);
      for (let i = 0; i < count; i++) {
        const start = permute(name, i, total) * width;
        rows.set(words.subarray(start, start + width), i * width);
      }
      return fromArray({ dtype: "u32", shape: [count, width], data: rows });
    },
    batch(key, count, fed) {
      expectEnough(count);
      if (table === null && fed === null) throw new TypeError("imageSource: the batch was not fed");
      const rows = table === null ? fed! : take(table, choice(key, total, count));
      const images = unpacked(rows, pixels).reshape([count, ...item]);
      return take(levels, augmented(images, key, { flip, crop }));
    },
    dispose: () => dispose(levels, ...(table === null ? [] : [table])),
  };
}

/** What a byte stands for, in [−1, 1]; looked up, for a device's quotients are not all correctly rounded. */
export const levelOf = (byte: number): number => byte / 127.5 - 1;

/** Images of `pixels` bytes in whole words each, the first byte in the lowest bits, as a device reads its buffers. */
function packed(images: Uint8Array, count: number, pixels: number): Uint32Array {
  const width = Math.ceil(pixels / 4);
  const bytes = new Uint8Array(count * width * 4);
  if (pixels === width * 4) bytes.set(images);
  else for (let i = 0; i < count; i++) bytes.set(images.subarray(i * pixels, (i + 1) * pixels), i * width * 4);
  return new Uint32Array(bytes.buffer);
}

/** The bytes of packed rows: `[n, words] → u32 [n, pixels]`. */
function unpacked(rows: Tensor, pixels: number): Tensor {
  const [count, width] = rows.shape;
  const bytes = byteAt(rows.reshape([count, width, 1]), iota([4])).reshape([count, 4 * width]);
  return bytes.slice([null, [0, pixels]]);
}

/** A key that is known on the host, as its two words. */
function wordsOf(key: Key): [number, number] {
  const [{ data }] = evaluate([key], new Map());
  return [data[0], data[1]];
}
