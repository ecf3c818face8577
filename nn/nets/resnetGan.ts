/** The residual pair of VERA, for images of 32 pixels. */

import { xavierUniform, zeros } from "../init.ts";
import { batchNorm2d } from "../layers/batchNorm.ts";
import { conv2d } from "../layers/conv2d.ts";
import { linear } from "../layers/linear.ts";
import { upsampleNearest } from "../layers/upsampleNearest.ts";
import { composed, stateless, type Module } from "../module.ts";
import { outputLayer, type Output } from "./output.ts";

const LEAK = 0.2;
const begun = (gain = Math.SQRT2) => ({ init: { weight: xavierUniform(gain), bias: zeros } });

/** conv(act(conv(act(x)))) + x, with another first gain and no activation before in the first block; it may halve the image. */
function discriminatorBlock(inputs: number, outputs: number, { first = false, down = false } = {}): Module {
  const conv1 = conv2d(inputs, outputs, 3, { padding: 1, ...begun(first ? 1 : undefined) });
  const conv2 = conv2d(outputs, outputs, 3, { padding: 1, ...begun() });
  const shortcut_conv = inputs === outputs ? stateless((x) => x) : conv2d(inputs, outputs, 1, begun());
  return composed({ shortcut_conv, conv1, conv2 }, (part, x) => {
    const kept = down ? x.avgPool2d(2) : x;
    const residual = part.conv2(part.conv1(first ? x : x.leakyRelu(LEAK)).leakyRelu(LEAK));
    return (down ? residual.avgPool2d(2) : residual).add(part.shortcut_conv(kept));
  });
}

export interface ResnetDiscriminatorOptions {
  /** Channels of the image. */
  channels?: number;
  /** Features of all layers. */
  width?: number;
  outputs?: number;
}

/**
 * `[n, c, h, w] → [n, outputs]`: four residual blocks without norm, the first two halving the image by its means, the mean over
 * all places, a linear layer; leaky relu of slope 0.2, Xavier's weights of gain √2. 1 037 313 parameters by default.
 */
export function resnetDiscriminator({
  channels = 3,
  width = 128,
  outputs = 1,
}: ResnetDiscriminatorOptions = {}): Module {
  return composed(
    {
      block1: discriminatorBlock(channels, width, { first: true, down: true }),
      block2: discriminatorBlock(width, width, { down: true }),
      block3: discriminatorBlock(width, width),
      block4: discriminatorBlock(width, width),
      output_linear: linear(width, outputs, begun()),
    },
    (part, x) => {
      const features = part.block4(part.block3(part.block2(part.block1(x))));
      return part.output_linear(features.leakyRelu(LEAK).mean([2, 3]));
    },
  );
}

/** An image of twice as many rows and columns, each pixel four times: conv(act(norm(conv(up(act(norm(x))))))) + up(x). */
function generatorBlock(features: number): Module {
  const conv = () => conv2d(features, features, 3, { padding: 1, ...begun() });
  return composed(
    { bn1: batchNorm2d(features), conv1: conv(), bn2: batchNorm2d(features), conv2: conv(), up: upsampleNearest(2) },
    (part, x) => {
      const residual = part.conv1(part.up(part.bn1(x).relu()));
      return part.conv2(part.bn2(residual).relu()).add(part.up(x));
    },
  );
}

export interface ResnetGeneratorOptions {
  /** Numbers in a latent. */
  latents?: number;
  /** Channels of the image. */
  channels?: number;
  /** Features of all layers. */
  width?: number;
  output?: Output;
}

/**
 * `[n, latents] → [n, c, 32, 32]`: a linear layer to 4 × 4 places, three residual blocks that double the image, batch norm, relu
 * and a convolution; Xavier's weights of gain √2. 1 154 947 parameters by default, 4 079 363 with width 256.
 */
export function resnetGenerator({
  latents = 128,
  channels = 3,
  width = 128,
  output = "tanh",
}: ResnetGeneratorOptions = {}): Module {
  return composed(
    {
      input_linear: linear(latents, 4 * 4 * width, begun(1)),
      block1: generatorBlock(width),
      block2: generatorBlock(width),
      block3: generatorBlock(width),
      output_bn: batchNorm2d(width),
      output_conv: conv2d(width, channels, 3, { padding: 1, ...begun() }),
      output: outputLayer(output),
    },
    (part, z) => {
      const image = part.block3(part.block2(part.block1(part.input_linear(z).reshape([-1, width, 4, 4]))));
      return part.output(part.output_conv(part.output_bn(image).relu()));
    },
  );
}
