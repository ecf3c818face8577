/** The residual pair of GEBM (after Miyato et al. 2018). */

import { zeros, type Tensor } from "../../engine/index.ts";
import { xavierUniform } from "../init.ts";
import { batchNorm2d } from "../layers/batchNorm.ts";
import { conv2d } from "../layers/conv2d.ts";
import { linear } from "../layers/linear.ts";
import { spectralNorm } from "../layers/spectralNorm.ts";
import { upsampleNearest } from "../layers/upsampleNearest.ts";
import type { Weighted } from "../layers/weighted.ts";
import { composed, stateless, type Module } from "../module.ts";
import type { GebmGeneratorOptions } from "./gebmDcgan.ts";

const init = { weight: xavierUniform() };
const identity = stateless((x) => x);

/** An image of twice as many rows and columns: conv(relu(norm(conv(up(relu(norm(x))))))) + up(x). */
function generatorBlock(features: number): Module {
  const conv = () => conv2d(features, features, 3, { padding: 1, init });
  return composed(
    { bn1: batchNorm2d(features), conv1: conv(), bn2: batchNorm2d(features), conv2: conv(), up: upsampleNearest(2) },
    (part, x) => {
      const residual = part.conv1(part.up(part.bn1(x).relu()));
      return part.conv2(part.bn2(residual).relu()).add(part.up(x));
    },
  );
}

/**
 * `[n, latents] → [n, c, 32, 32]`: a linear layer to 4 × 4 places, three residual blocks that double the image, batch norm, relu, a
 * convolution and tanh. Xavier's weights. 1 097 603 parameters by default.
 */
export function gebmResnetGenerator({ latents = 100, channels = 3, width = 128 }: GebmGeneratorOptions = {}): Module {
  return composed(
    {
      dense: linear(latents, 4 * 4 * width, { init }),
      block1: generatorBlock(width),
      block2: generatorBlock(width),
      block3: generatorBlock(width),
      bn: batchNorm2d(width),
      final: conv2d(width, channels, 3, { padding: 1, init }),
    },
    (part, z) => {
      const image = part.block3(part.block2(part.block1(part.dense(z).reshape([-1, width, 4, 4]))));
      return part.final(part.bn(image).relu()).tanh();
    },
  );
}

/** scaling · x + bias, two numbers that begin at zero, so that a residual begins as nothing (De & Smith 2020). */
const skipInitialised: Module<{ scaling: Tensor; bias: Tensor }> = {
  init: () => ({ scaling: zeros([]), bias: zeros([]) }),
  apply: ({ scaling, bias }, x) => x.mul(scaling).add(bias),
};

export interface GebmResnetEnergyOptions {
  /** Channels of the image. */
  channels?: number;
  /** Features of all layers. */
  width?: number;
  /** Whether all layers are under spectral norm. */
  spectral?: boolean;
  /** Batch norm after the convolutions. */
  norm?: "batch" | null;
  /** Whether residuals are scaled by a learned number that begins at zero. */
  skipInit?: boolean;
}

/**
 * `[n, c, h, w] → [n, 1]`: four residual blocks, the first two halving the image by its means, relu, the mean over all places, a
 * linear layer. Xavier's weights, of gain √2 in the shortcuts. 1 053 825 parameters by default.
 */
export function gebmResnetEnergy({
  channels = 3,
  width = 128,
  spectral = true,
  norm = null,
  skipInit = false,
}: GebmResnetEnergyOptions = {}): Module {
  const weighted = (layer: Weighted): Module => (spectral ? spectralNorm(layer) : layer);
  const normed = (): Module => (norm === "batch" ? batchNorm2d(width) : identity);
  const conv = (inputs: number) => weighted(conv2d(inputs, width, 3, { padding: 1, init }));
  const shortcut = (inputs: number) =>
    weighted(conv2d(inputs, width, 1, { init: { weight: xavierUniform(Math.SQRT2) } }));
  const skip: Module = skipInit ? skipInitialised : identity;
  const residual = (inputs: number) => ({
    conv1: conv(inputs),
    bn1: normed(),
    conv2: conv(width),
    bn2: normed(),
    skip,
  });
  // An image has no activation before it, and is halved before its shortcut and not after it.
  const first = composed({ ...residual(channels), bypass_conv: shortcut(channels), bn3: normed() }, (part, x) => {
    const y = part.bn2(part.conv2(part.bn1(part.conv1(x)).relu()));
    return part.skip(y.avgPool2d(2)).add(part.bn3(part.bypass_conv(x.avgPool2d(2))));
  });
  const down = composed({ ...residual(width), bypass_conv: shortcut(width) }, (part, x) => {
    const y = part.bn2(part.conv2(part.bn1(part.conv1(x.relu())).relu()));
    return part.skip(y.avgPool2d(2)).add(part.bypass_conv(x).avgPool2d(2));
  });
  const plain = () =>
    composed(residual(width), (part, x) =>
      part.skip(part.bn2(part.conv2(part.bn1(part.conv1(x.relu())).relu()))).add(x),
    );
  return composed(
    { block1: first, block2: down, block3: plain(), block4: plain(), fc: weighted(linear(width, 1, { init })) },
    (part, x) =>
      part.fc(
        part
          .block4(part.block3(part.block2(part.block1(x))))
          .relu()
          .mean([2, 3]),
      ),
  );
}
