/** The two pairs of CoopNets, for scenes and for digits: descriptors and generators (Xie et al. 2018). */

import { zeros } from "../../engine/index.ts";
import { normal, zeros as allZeros } from "../init.ts";
import { leakyRelu, tanh } from "../layers/activations.ts";
import { batchNorm2d } from "../layers/batchNorm.ts";
import { convTranspose2d } from "../layers/convTranspose2d.ts";
import { linear } from "../layers/linear.ts";
import { conv2dSame, convTranspose2dSame } from "../layers/samePadding.ts";
import { composed, sequential, type Module } from "../module.ts";

const LEAK = 0.2;
const begun = (deviation: number) => ({ init: { weight: normal(deviation), bias: allZeros } });
const [DESCRIPTOR, GENERATOR] = [begun(0.01), begun(0.005)];

export interface CoopDescriptorOptions {
  /** Channels of the image. */
  channels?: number;
  /** Rows and columns of the image. */
  size?: number;
  /** Features of the first layer; the others have two and four times as many. */
  width?: number;
  /** Numbers whose sum is f(x). */
  outputs?: number;
}

/** Three convolutions of [kernel, stride], each with leaky relu, and the sum of linear features of all that is left. */
function descriptor(
  { channels, size, width, outputs }: Required<CoopDescriptorOptions>,
  windows: readonly [kernel: number, stride: number][],
): Module {
  const rest = windows.reduce((extent, [, stride]) => Math.ceil(extent / stride), size);
  const convolutions = windows.map(([kernel, stride], index) => {
    const inputs = index === 0 ? channels : width * 2 ** (index - 1);
    return conv2dSame(inputs, width * 2 ** index, kernel, { stride, ...DESCRIPTOR });
  });
  const [conv1, conv2, conv3] = convolutions;
  const fc = linear(4 * width * rest * rest, outputs, DESCRIPTOR);
  return composed({ conv1, conv2, conv3, fc }, (part, x) => {
    const image = [part.conv1, part.conv2, part.conv3].reduce((y, conv) => conv(y).leakyRelu(LEAK), x);
    return part.fc(image.flatten(1)).sum(1, { keepDims: true });
  });
}

/**
 * f(x), the sum of 100 features: `[n, c, s, s] → [n, 1]`. Convolutions of 5 × 5, 3 × 3 and 3 × 3, the first two with stride 2, zeros
 * around them as TensorFlow has them. 6 927 588 parameters for 64 pixels.
 */
export const coopSceneDescriptor = ({
  channels = 3,
  size = 64,
  width = 64,
  outputs = 100,
}: CoopDescriptorOptions = {}): Module =>
  descriptor({ channels, size, width, outputs }, [
    [5, 2],
    [3, 2],
    [3, 1],
  ]);

/** As `coopSceneDescriptor`, with three 4 × 4 convolutions of stride 2. 1 066 532 parameters for 28 pixels. */
export const coopDigitDescriptor = ({
  channels = 1,
  size = 28,
  width = 64,
  outputs = 100,
}: CoopDescriptorOptions = {}): Module =>
  descriptor({ channels, size, width, outputs }, [
    [4, 2],
    [4, 2],
    [4, 2],
  ]);

/** Batch norm by the statistics of the batch always, in evaluation too, with a shift and without a scale. */
function shifted(features: number): Module {
  const norm: Module = batchNorm2d(features, { epsilon: 1e-3, track: false });
  return {
    init: () => ({ bias: zeros([features]) }),
    apply: (parameters, x, pass) => norm.apply(parameters, x, pass),
  };
}

export interface CoopGeneratorOptions {
  /** Numbers in a latent. */
  latents?: number;
  /** Channels of the image. */
  channels?: number;
  /** Features of the second-last layer; those before have twice as many each. */
  width?: number;
}

/** Transposed convolutions from one pixel to each of the sizes in turn, norm and leaky relu between them, tanh at the end. */
function generator(
  { latents, channels, width }: Required<CoopGeneratorOptions>,
  kernel: number,
  sizes: readonly number[],
): Module {
  const last = sizes.length - 1;
  const featuresOf = (index: number) => (index === last ? channels : width * 2 ** (last - 1 - index));
  const convolutions = sizes.flatMap((size, index) => {
    const options = { stride: 2, size, ...GENERATOR };
    const conv =
      index === 0
        ? convTranspose2d(latents, featuresOf(0), size, GENERATOR)
        : convTranspose2dSame(featuresOf(index - 1), featuresOf(index), kernel, options);
    return index === last ? [conv, tanh()] : [conv, shifted(featuresOf(index)), leakyRelu(LEAK)];
  });
  const main = sequential(...convolutions);
  return composed({ main }, (part, z) => part.main(z.reshape([-1, latents, 1, 1])));
}

/**
 * `[n, latents] → [n, c, 64, 64]`: a transposed convolution to 4 × 4, then four of 5 × 5 that double the image, with zeros around them as
 * TensorFlow has them.
 */
export const coopSceneGenerator = ({ latents = 100, channels = 3, width = 64 }: CoopGeneratorOptions = {}): Module =>
  generator({ latents, channels, width }, 5, [4, 8, 16, 32, 64]);

/** `[n, latents] → [n, c, 28, 28]`, as `coopSceneGenerator` by 4 × 4 convolutions over 4, 7, 14 and 28 pixels. */
export const coopDigitGenerator = ({ latents = 100, channels = 1, width = 128 }: CoopGeneratorOptions = {}): Module =>
  generator({ latents, channels, width }, 4, [4, 7, 14, 28]);
