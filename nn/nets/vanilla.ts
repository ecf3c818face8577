/** The plain convolutional net of ebm-anatomy and short-run MCMC. */

import { flatten, leakyRelu } from "../layers/activations.ts";
import { conv2d } from "../layers/conv2d.ts";
import { spectralNorm } from "../layers/spectralNorm.ts";
import type { Weighted } from "../layers/weighted.ts";
import { sequential, type Module } from "../module.ts";
import type { ImageNetOptions } from "./image.ts";

export interface VanillaNetOptions extends ImageNetOptions {
  /** Whether all convolutions are under spectral norm, as an option of the study of short-run chains has it. */
  spectral?: boolean;
}

/**
 * `[n, c, s, s] → [n, 1]`: a 3 × 3 convolution, three of 4 × 4 with stride 2 that double the features, and one over all that
 * is left. With 32 pixels and width 32 it has 692 993 parameters for one channel, 693 569 for three.
 */
export function vanillaNet({ channels, size, width, leak, spectral = false }: VanillaNetOptions): Module {
  const act = leakyRelu(leak);
  const weighted = (layer: Weighted): Module => (spectral ? spectralNorm(layer) : layer);
  const down = (features: number) => weighted(conv2d(features, 2 * features, 4, { stride: 2, padding: 1 }));
  const rest = Math.floor(size / 8);
  return sequential(
    weighted(conv2d(channels, width, 3, { padding: 1 })),
    act,
    down(width),
    act,
    down(2 * width),
    act,
    down(4 * width),
    act,
    weighted(conv2d(8 * width, 1, rest)),
    flatten(),
  );
}
