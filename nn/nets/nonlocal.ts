/** The net with self-attention that ebm-anatomy uses for convergent learning. */

import { flatten, leakyRelu } from "../layers/activations.ts";
import { conv2d } from "../layers/conv2d.ts";
import { linear } from "../layers/linear.ts";
import { maxPool2d } from "../layers/pool2d.ts";
import { nonlocal } from "../layers/nonlocal.ts";
import { sequential, type Module } from "../module.ts";
import type { ImageNetOptions } from "./image.ts";

/**
 * `[n, c, s, s] → [n, 1]`: three 3 × 3 convolutions, each followed by 2 × 2 max-pooling, with non-local blocks after the
 * first two, then two linear layers. With 32 pixels, 3 channels and width 32 it has 628 529 parameters.
 */
export function nonlocalNet({ channels, size, width, leak }: ImageNetOptions): Module {
  const act = leakyRelu(leak);
  const conv = (inputs: number, outputs: number) => conv2d(inputs, outputs, 3, { padding: 1 });
  const rest = Math.floor(size / 8);
  return sequential(
    conv(channels, width),
    act,
    maxPool2d(2),
    nonlocal(width),
    conv(width, 2 * width),
    act,
    maxPool2d(2),
    nonlocal(2 * width),
    conv(2 * width, 4 * width),
    act,
    maxPool2d(2),
    flatten(),
    linear(4 * width * rest * rest, 8 * width),
    act,
    linear(8 * width, 1),
  );
}
