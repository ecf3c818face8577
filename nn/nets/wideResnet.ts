/** Wide residual nets without batch norm, in the forms of JEM, of its reproduction and of VERA. */

import type { Tensor, Tree } from "../../engine/index.ts";
import { leakyRelu } from "../layers/activations.ts";
import { actNorm } from "../layers/actNorm.ts";
import { batchNorm2d } from "../layers/batchNorm.ts";
import { conv2d } from "../layers/conv2d.ts";
import { dropout as dropped } from "../layers/dropout.ts";
import { groupNorm, instanceNorm2d } from "../layers/groupNorm.ts";
import { linear } from "../layers/linear.ts";
import { composed, headed, sequential, stateless, type Headed, type Module } from "../module.ts";

/** Layer norm is over all channels and places, group norm over 32 groups of channels; act norm is set by a calibration. */
export type WideResnetNorm = "batch" | "instance" | "layer" | "group" | "act";

export interface WideResnetOptions {
  /** Convolutions on the longest way, those of shortcuts aside: 6 blocks + 4. */
  depth?: number;
  /** The groups of blocks have 16, 32 and 64 times as many features. */
  widen?: number;
  /** Channels of the image. */
  channels?: number;
  norm?: WideResnetNorm | null;
  /** The share that is dropped within each block in training. */
  dropout?: number;
  /** Slope of the activations where negative; the reproduction of JEM has relu, 0. */
  leak?: number;
  /** Instead of leaky relu: smooth ones make JEM steadier. */
  activation?: Module;
  /** Whether the first block normalises what it gets; VERA's does not. */
  firstNorm?: boolean;
  /** Whether norm and activation follow the last block; in the reproduction of JEM they do not. */
  last?: boolean;
}

const identity = stateless((x) => x);

function normOf(norm: WideResnetNorm | null, features: number): Module {
  switch (norm) {
    case null:
      return identity;
    case "batch":
      return batchNorm2d(features, { momentum: 0.9 });
    case "instance":
      return instanceNorm2d(features, { affine: true });
    case "layer":
      return groupNorm(1, features);
    case "group":
      return groupNorm(32, features);
    case "act":
      return actNorm(features);
  }
}

type BlockOptions = Required<Pick<WideResnetOptions, "norm" | "dropout" | "activation" | "firstNorm">> & {
  stride: number;
};

/** conv(act(norm(drop(conv(act(norm(x))))))) + x, with the stride in its second convolution. */
function block(
  inputs: number,
  outputs: number,
  { norm, dropout, activation, firstNorm, stride }: BlockOptions,
): Module {
  const act = (x: Tensor) => activation.apply({}, x);
  const isSame = stride === 1 && inputs === outputs;
  return composed(
    {
      bn1: firstNorm ? normOf(norm, inputs) : identity,
      conv1: conv2d(inputs, outputs, 3, { padding: 1 }),
      dropout: dropped(dropout),
      bn2: normOf(norm, outputs),
      conv2: conv2d(outputs, outputs, 3, { stride, padding: 1 }),
      shortcut: isSame ? identity : sequential(conv2d(inputs, outputs, 1, { stride })),
    },
    (part, x) => {
      const inner = part.dropout(part.conv1(act(part.bn1(x))));
      return part.conv2(act(part.bn2(inner))).add(part.shortcut(x));
    },
  );
}

/** The parts of the trunk, and how they give the features of an image. Throws a RangeError for a depth that is none. */
function trunkOf({
  depth = 28,
  widen = 10,
  channels = 3,
  norm = null,
  dropout = 0,
  leak = 0.2,
  activation = leakyRelu(leak),
  firstNorm = true,
  last = true,
}: WideResnetOptions) {
  const blocks = (depth - 4) / 6;
  if (!Number.isInteger(blocks) || blocks < 1)
    throw new RangeError(`wideResnet: the depth is 6 n + 4, such as 10, 16 or 28, got ${depth}`);
  const group = (inputs: number, outputs: number, stride: number) =>
    sequential(
      ...Array.from({ length: blocks }, (_, index) => {
        const isFirst = index === 0;
        const first = firstNorm || !isFirst || stride !== 1;
        const options = { norm, dropout, activation, firstNorm: first, stride: isFirst ? stride : 1 };
        return block(isFirst ? inputs : outputs, outputs, options);
      }),
    );
  const parts = {
    conv1: conv2d(channels, 16, 3, { padding: 1 }),
    layer1: group(16, 16 * widen, 1),
    layer2: group(16 * widen, 32 * widen, 2),
    layer3: group(32 * widen, 64 * widen, 2),
    bn1: last ? normOf(norm, 64 * widen) : identity,
  };
  const featuresOf = (part: Readonly<Record<keyof typeof parts, (x: Tensor) => Tensor>>, x: Tensor): Tensor => {
    const image = part.layer3(part.layer2(part.layer1(part.conv1(x))));
    // The mean over all places: for 32 pixels that over 8 × 8.
    return (last ? activation.apply({}, part.bn1(image)) : image).mean([2, 3]);
  };
  return { parts, featuresOf, width: 64 * widen };
}

/**
 * `[n, c, h, w] → [n, outputs]`: three groups of pre-activation blocks, of which the last two halve the image, the mean over all
 * places, a linear layer (Zagoruyko & Komodakis 2016). All convolutions have a bias. With depth 28 and 10 outputs 1 466 026
 * parameters for `widen` 2, 36 471 338 for 10.
 */
export function wideResnet({ outputs = 10, ...options }: WideResnetOptions & { outputs?: number } = {}): Headed {
  const { parts, featuresOf, width } = trunkOf(options);
  const net = composed({ ...parts, linear: linear(width, outputs) }, (part, x) => part.linear(featuresOf(part, x)));
  return headed(net, composed(parts, featuresOf));
}

/** Two nets on one trunk, and so on the same parameters. */
export interface JemNets {
  /** Logits of the classes, whose log-sum-exp is f = −E: `[n, c, h, w] → [n, classes]`. */
  classifier: Module<Record<string, Tree>>;
  /** A head of its own for f = −E, as JEM has it for models without classes: `[n, c, h, w] → [n, 1]`. */
  logDensity: Module<Record<string, Tree>>;
}

/**
 * The nets of JEM (Grathwohl et al. 2020): trunk `f`, heads `class_output` and `energy_output`. 36 464 928 parameters in the trunk
 * for `widen` 10, 1 464 736 for 2. The published trunk has a linear layer besides that nothing uses.
 */
export function jemNets({ classes = 10, ...options }: WideResnetOptions & { classes?: number } = {}): JemNets {
  const { parts, featuresOf, width } = trunkOf(options);
  const all = { f: composed(parts, featuresOf), energy_output: linear(width, 1), class_output: linear(width, classes) };
  return {
    classifier: composed(all, (part, x) => part.class_output(part.f(x))),
    logDensity: composed(all, (part, x) => part.energy_output(part.f(x))),
  };
}
