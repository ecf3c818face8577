/** The DCGAN pair of VERA. */

import { flatten, leakyRelu, relu } from "../layers/activations.ts";
import { batchNorm2d } from "../layers/batchNorm.ts";
import { conv2d } from "../layers/conv2d.ts";
import { convTranspose2d } from "../layers/convTranspose2d.ts";
import { composed, sequential, type Module } from "../module.ts";
import { outputLayer, type Output } from "./output.ts";

export interface DcganOptions {
  /** Channels of the image. */
  channels?: number;
  /** Rows and columns of the image, a multiple of 16. */
  size?: number;
  /** Features next to the image; the others have two, four and eight times as many. */
  width?: number;
}

/** What is left of an image after four halvings. Throws a RangeError where that is no whole number. */
function restOf(where: string, size: number): number {
  if (size % 16 !== 0) throw new RangeError(`${where}: the size must be a multiple of 16, got ${size}`);
  return size / 16;
}

export interface DcganDiscriminatorOptions extends DcganOptions {
  outputs?: number;
  /** Batch norm after all halving convolutions but the first, which then have no bias; the last convolution has one then. */
  norm?: "batch" | null;
}

/**
 * `[n, c, s, s] → [n, outputs]`: four 4 × 4 convolutions with stride 2, leaky relu of slope 0.2, and one over all that is left
 * (after Radford et al. 2016). 2 758 592 parameters for 32 pixels, 2 764 736 for 64, 2 759 489 for 32 with batch norm.
 */
export function dcganDiscriminator({
  channels = 3,
  size = 32,
  width = 64,
  outputs = 1,
  norm = null,
}: DcganDiscriminatorOptions = {}): Module {
  const act = leakyRelu(0.2);
  const bias = norm === null;
  const down = (features: number) => [
    conv2d(features, 2 * features, 4, { stride: 2, padding: 1, bias }),
    ...(norm === null ? [] : [batchNorm2d(2 * features)]),
    act,
  ];
  return sequential(
    conv2d(channels, width, 4, { stride: 2, padding: 1 }),
    act,
    ...down(width),
    ...down(2 * width),
    ...down(4 * width),
    conv2d(8 * width, outputs, restOf("dcganDiscriminator", size), { bias: !bias }),
    flatten(),
  );
}

export interface DcganGeneratorOptions extends DcganOptions {
  /** Numbers in a latent. */
  latents?: number;
  output?: Output;
}

/**
 * `[n, latents] → [n, c, s, s]`: a transposed convolution from one pixel, four of 4 × 4 with stride 2, batch norm and relu
 * between them (after Radford et al. 2016). 3 019 651 parameters for 32 pixels, 3 806 083 for 64.
 */
export function dcganGenerator({
  latents = 128,
  channels = 3,
  size = 32,
  width = 64,
  output = "tanh",
}: DcganGeneratorOptions = {}): Module {
  const normed = (features: number) => [batchNorm2d(features), relu()];
  const up = (features: number) => [
    convTranspose2d(2 * features, features, 4, { stride: 2, padding: 1, bias: false }),
    ...normed(features),
  ];
  const first = sequential(
    convTranspose2d(latents, 8 * width, restOf("dcganGenerator", size), { bias: false }),
    ...normed(8 * width),
    ...up(4 * width),
    ...up(2 * width),
    ...up(width),
    convTranspose2d(width, channels, 4, { stride: 2, padding: 1 }),
    outputLayer(output),
  );
  return composed({ first }, (part, z) => part.first(z.reshape([-1, latents, 1, 1])));
}
