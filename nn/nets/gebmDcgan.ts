/** The DCGAN pair of GEBM, for images of 32 pixels. */

import { flatten, leakyRelu, relu, sigmoid, tanh } from "../layers/activations.ts";
import { batchNorm2d } from "../layers/batchNorm.ts";
import { conv2d } from "../layers/conv2d.ts";
import { convTranspose2d } from "../layers/convTranspose2d.ts";
import { linear } from "../layers/linear.ts";
import { spectralNorm } from "../layers/spectralNorm.ts";
import { composed, sequential, type Module } from "../module.ts";

export interface GebmGeneratorOptions {
  /** Numbers in a latent. */
  latents?: number;
  /** Channels of the image. */
  channels?: number;
  /** Features next to the image; the others have two, four and eight times as many. */
  width?: number;
}

export interface GebmEnergyOptions {
  /** Channels of the image. */
  channels?: number;
  /** Rows and columns of the image, a multiple of 16. */
  size?: number;
  /** Features of the first layer; the last has eight times as many. */
  width?: number;
}

/**
 * `[n, latents] → [n, c, 32, 32]`: a transposed convolution from one pixel to 4 × 4, three of 4 × 4 with stride 2, batch norm and
 * relu after each, one last and tanh. The form "dcgan" has no biases and ends with a 1 × 1 convolution, 3 573 824 parameters; the form
 * "dcgan-sn" has biases and ends with 3 × 3, 3 576 323, and no spectral norm in spite of its name.
 */
export function gebmDcganGenerator({
  latents = 100,
  channels = 3,
  width = 64,
  form = "dcgan",
}: GebmGeneratorOptions & { form?: "dcgan" | "dcgan-sn" } = {}): Module {
  const bias = form === "dcgan-sn";
  const normed = (features: number) => [batchNorm2d(features), relu()];
  const up = (features: number) => [
    convTranspose2d(2 * features, features, 4, { stride: 2, padding: 1, bias }),
    ...normed(features),
  ];
  const last = bias
    ? convTranspose2d(width, channels, 3, { padding: 1 })
    : convTranspose2d(width, channels, 1, { bias });
  const main = sequential(
    convTranspose2d(latents, 8 * width, 4, { bias }),
    ...normed(8 * width),
    ...up(4 * width),
    ...up(2 * width),
    ...up(width),
    last,
    tanh(),
  );
  return composed({ main }, (part, z) => part.main(z.reshape([-1, latents, 1, 1])));
}

/**
 * `[n, c, s, s] → [n, 1]`: four 4 × 4 convolutions with stride 2, batch norm after all but the first, leaky relu of slope 0.2, and a
 * 2 × 2 convolution, none with a bias. 2 759 424 parameters. The form "dcgan" ends with a sigmoid, "dcgan-ns" without.
 */
export function gebmDcganEnergy({
  channels = 3,
  size = 32,
  width = 64,
  form = "dcgan",
}: GebmEnergyOptions & { form?: "dcgan" | "dcgan-ns" } = {}): Module {
  const act = leakyRelu(0.2);
  const options = { stride: 2, padding: 1, bias: false };
  const down = (features: number) => [conv2d(features, 2 * features, 4, options), batchNorm2d(2 * features), act];
  const main = sequential(
    conv2d(channels, width, 4, options),
    act,
    ...down(width),
    ...down(2 * width),
    ...down(4 * width),
    conv2d(8 * width, 1, size / 16, { stride: 2, bias: false }),
    ...(form === "dcgan" ? [sigmoid()] : []),
    flatten(),
  );
  return composed({ main }, (part, x) => part.main(x));
}

/**
 * `[n, c, s, s] → [n, 1]`: 3 × 3 convolutions that double the features, with halving 4 × 4 ones between them, leaky relu of slope
 * 0.1, and a linear layer, all under spectral norm. 2 935 873 parameters for 32 pixels.
 */
export function gebmDcganSnEnergy({ channels = 3, size = 32, width = 64 }: GebmEnergyOptions = {}): Module {
  const act = leakyRelu(0.1);
  const conv = (inputs: number, outputs: number) => [spectralNorm(conv2d(inputs, outputs, 3, { padding: 1 })), act];
  const down = (features: number) => [
    spectralNorm(conv2d(features, features, 4, { stride: 2, padding: 1 })),
    act,
    ...conv(features, 2 * features),
  ];
  const main = sequential(
    ...conv(channels, width),
    ...down(width),
    ...down(2 * width),
    ...down(4 * width),
    flatten(),
    spectralNorm(linear(8 * width * (size / 8) ** 2, 1)),
  );
  return composed({ main }, (part, x) => part.main(x));
}
