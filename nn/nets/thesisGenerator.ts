/** The generator of the study of short-run chains, whose descriptor is `vanillaNet`. */

import { batchNorm2d } from "../layers/batchNorm.ts";
import { convTranspose2d } from "../layers/convTranspose2d.ts";
import { composed, type Module } from "../module.ts";

export interface ThesisGeneratorOptions {
  /** Numbers in a latent. */
  latents?: number;
  /** Channels of the image. */
  channels?: number;
  /** Features next to the image; the others have two and four times as many. */
  width?: number;
}

/**
 * `[n, latents] → [n, c, 32, 32]`: a transposed convolution from one pixel to 4 × 4, three of 5 × 5 with stride 2, batch norm and
 * leaky relu of slope 0.01 between them, tanh at the end.
 */
export function thesisGenerator({ latents = 100, channels = 1, width = 64 }: ThesisGeneratorOptions = {}): Module {
  const up = (inputs: number, outputs: number) =>
    convTranspose2d(inputs, outputs, 5, { stride: 2, padding: 2, outputPadding: 1 });
  return composed(
    {
      convt1: convTranspose2d(latents, 4 * width, 4),
      convt2: up(4 * width, 2 * width),
      convt3: up(2 * width, width),
      convt4: up(width, channels),
      bn1: batchNorm2d(4 * width),
      bn2: batchNorm2d(2 * width),
      bn3: batchNorm2d(width),
    },
    (part, z) => {
      let image = part.bn1(part.convt1(z.reshape([-1, latents, 1, 1]))).leakyRelu(0.01);
      image = part.bn2(part.convt2(image)).leakyRelu(0.01);
      image = part.bn3(part.convt3(image)).leakyRelu(0.01);
      return part.convt4(image).tanh();
    },
  );
}
