/** A small convolutional net that halves the image from the first layer on, for software adapters and first tries. */

import { flatten, leakyRelu } from "../layers/activations.ts";
import { conv2d } from "../layers/conv2d.ts";
import { headed, sequential, type Headed, type Module } from "../module.ts";
import type { ImageNetOptions } from "./image.ts";

export interface StridedNetOptions extends ImageNetOptions {
  outputs?: number;
  /** Instead of leaky relu. */
  activation?: Module;
}

/** `[n, c, s, s] → [n, outputs]`: three 4 × 4 convolutions with stride 2, then one over all that is left. */
export function stridedNet({
  channels,
  size,
  width,
  leak,
  outputs = 1,
  activation: act = leakyRelu(leak),
}: StridedNetOptions): Headed {
  const down = (inputs: number, outputs: number) => conv2d(inputs, outputs, 4, { stride: 2, padding: 1 });
  const trunk = [down(channels, width), act, down(width, 2 * width), act, down(2 * width, 4 * width), act];
  return headed(
    sequential(...trunk, conv2d(4 * width, outputs, Math.floor(size / 8)), flatten()),
    sequential(...trunk, flatten()),
  );
}
