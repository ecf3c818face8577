/** The residual net of post-activation blocks that the reproduction of JEM trains as a classifier. */

import type { Tensor } from "../../engine/index.ts";
import { kaimingNormal } from "../init.ts";
import { conv2d } from "../layers/conv2d.ts";
import { linear } from "../layers/linear.ts";
import { composed, headed, sequential, stateless, type Headed, type Module } from "../module.ts";

/** A convolution without bias, He's normal weights by fan-out. */
const conv = (inputs: number, outputs: number, kernel: 1 | 3, stride = 1) =>
  conv2d(inputs, outputs, kernel, {
    stride,
    padding: kernel === 3 ? 1 : 0,
    bias: false,
    init: { weight: kaimingNormal({ fan: "fanOut" }) },
  });

/** relu(conv(relu(conv(x))) + x), with the stride in its first convolution. */
function block(inputs: number, outputs: number, stride: number): Module {
  const isSame = stride === 1 && inputs === outputs;
  return composed(
    {
      conv1: conv(inputs, outputs, 3, stride),
      conv2: conv(outputs, outputs, 3),
      downsample: isSame ? stateless((x) => x) : sequential(conv(inputs, outputs, 1, stride)),
    },
    (part, x) => part.conv2(part.conv1(x).relu()).add(part.downsample(x)).relu(),
  );
}

export interface BasicResnetOptions {
  outputs?: number;
  /** Blocks in each of the four groups. */
  blocks?: readonly [number, number, number, number];
  /** The groups have 16, 32, 64 and 128 times as many features. */
  widen?: number;
}

/**
 * `[n, 3, h, w] → [n, outputs]`: a convolution to 16 features, four groups of blocks without norm, of which the last three halve
 * the image, the mean over all places, a linear layer (after He et al. 2016). 5 866 426 parameters by default.
 */
export function basicResnet({ outputs = 10, blocks = [1, 4, 4, 4], widen = 2 }: BasicResnetOptions = {}): Headed {
  const group = (inputs: number, features: number, count: number, stride: number) =>
    sequential(
      ...Array.from({ length: count }, (_, index) =>
        index === 0 ? block(inputs, features, stride) : block(features, features, 1),
      ),
    );
  const [first, second, third, fourth] = [16, 32, 64, 128].map((features) => features * widen);
  const parts = {
    conv1: conv(3, 16, 3),
    layer1: group(16, first, blocks[0], 1),
    layer2: group(first, second, blocks[1], 2),
    layer3: group(second, third, blocks[2], 2),
    layer4: group(third, fourth, blocks[3], 2),
  };
  const featuresOf = (part: Readonly<Record<keyof typeof parts, (x: Tensor) => Tensor>>, x: Tensor): Tensor =>
    part.layer4(part.layer3(part.layer2(part.layer1(part.conv1(x).relu())))).mean([2, 3]);
  const net = composed({ ...parts, fc: linear(fourth, outputs) }, (part, x) => part.fc(featuresOf(part, x)));
  return headed(net, composed(parts, featuresOf));
}
