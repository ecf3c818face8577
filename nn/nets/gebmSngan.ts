/** The convolutional SNGAN pair of GEBM (after Miyato et al. 2018). */

import { xavierUniform } from "../init.ts";
import { flatten, leakyRelu, relu, tanh } from "../layers/activations.ts";
import { batchNorm2d } from "../layers/batchNorm.ts";
import { conv2d } from "../layers/conv2d.ts";
import { convTranspose2d } from "../layers/convTranspose2d.ts";
import { linear } from "../layers/linear.ts";
import { spectralNorm } from "../layers/spectralNorm.ts";
import { composed, sequential, type Module } from "../module.ts";
import type { GebmEnergyOptions, GebmGeneratorOptions } from "./gebmDcgan.ts";

const init = { weight: xavierUniform() };

/**
 * `[n, latents] → [n, c, 32, 32]`: a linear layer to 4 × 4 places, batch norm and relu before each of three transposed 4 × 4
 * convolutions with stride 2 and one of 3 × 3, then tanh. Xavier's weights. 3 584 003 parameters by default.
 */
export function gebmSnganGenerator({ latents = 100, channels = 3, width = 64 }: GebmGeneratorOptions = {}): Module {
  const normed = (features: number) => [batchNorm2d(features), relu()];
  const up = (features: number) => [
    ...normed(2 * features),
    convTranspose2d(2 * features, features, 4, { stride: 2, padding: 1, init }),
  ];
  const main = sequential(
    ...up(4 * width),
    ...up(2 * width),
    ...up(width),
    ...normed(width),
    convTranspose2d(width, channels, 3, { padding: 1, init }),
    tanh(),
  );
  return composed({ dense: linear(latents, 4 * 4 * 8 * width, { init }), main }, (part, z) =>
    part.main(part.dense(z).reshape([-1, 8 * width, 4, 4])),
  );
}

/**
 * `[n, c, s, s] → [n, 1]`: a 3 × 3 convolution, then three times a halving 4 × 4 one that doubles the features and a 3 × 3 one, all
 * under spectral norm, leaky relu of slope 0.1, and a linear layer without. Xavier's weights. 5 860 865 parameters by default.
 */
export function gebmSnganEnergy({ channels = 3, size = 32, width = 64 }: GebmEnergyOptions = {}): Module {
  const act = leakyRelu(0.1);
  const conv = (inputs: number, outputs: number) => [
    spectralNorm(conv2d(inputs, outputs, 3, { padding: 1, init })),
    act,
  ];
  const down = (features: number) => [
    spectralNorm(conv2d(features, 2 * features, 4, { stride: 2, padding: 1, init })),
    act,
    ...conv(2 * features, 2 * features),
  ];
  const main = sequential(...conv(channels, width), ...down(width), ...down(2 * width), ...down(4 * width), flatten());
  return composed({ main, fc: linear(8 * width * (size / 8) ** 2, 1, { init }) }, (part, x) => part.fc(part.main(x)));
}
