/** Inception-v3 as the Fréchet inception distance and the inception score have it: TensorFlow's graph of 2015-12-05. */

import { concat, type Tensor } from "../../engine/index.ts";
import { pair, type Pair } from "../../engine/ops/slidingWindow.ts";
import { batchNorm2d } from "../layers/batchNorm.ts";
import { conv2d } from "../layers/conv2d.ts";
import { linear } from "../layers/linear.ts";
import { composed, headed, type Headed, type Module } from "../module.ts";

/** A convolution that keeps the size of the image by padding, one that has no padding, or one that halves the image. */
type Form = "same" | "valid" | "half";
type Conv = readonly [name: string, features: number, kernel: number | Pair, form?: Form];
type Pool = (x: Tensor) => Tensor;

/** Layers one after the other; two convolutions in one place read the same and stand side by side. */
type Branch = readonly (Conv | readonly [Conv, Conv] | Pool)[];

const isConv = (step: Conv | readonly [Conv, Conv]): step is Conv => typeof step[0] === "string";

/** The largest of 3 × 3 places, every other place. */
const halved: Pool = (x) => x.maxPool2d(3, { stride: 2 });
/** The mean of 3 × 3 places, at the border of those in the image alone: torchvision's counts the padding too. */
const smoothed: Pool = (x) => x.avgPool2d(3, { stride: 1, padding: 1, countPadding: false });
/** The largest of 3 × 3 places, which the last block has where torchvision's has a mean. */
const swollen: Pool = (x) => x.maxPool2d(3, { stride: 1, padding: 1 });

const stem: Branch = [
  ["Conv2d_1a_3x3", 32, 3, "half"],
  ["Conv2d_2a_3x3", 32, 3, "valid"],
  ["Conv2d_2b_3x3", 64, 3],
  halved,
  ["Conv2d_3b_1x1", 80, 1],
  ["Conv2d_4a_3x3", 192, 3, "valid"],
  halved,
];

const wide = (pooled: number): Branch[] => [
  [["branch1x1", 64, 1]],
  [
    ["branch5x5_1", 48, 1],
    ["branch5x5_2", 64, 5],
  ],
  [
    ["branch3x3dbl_1", 64, 1],
    ["branch3x3dbl_2", 96, 3],
    ["branch3x3dbl_3", 96, 3],
  ],
  [smoothed, ["branch_pool", pooled, 1]],
];

const firstHalving: Branch[] = [
  [["branch3x3", 384, 3, "half"]],
  [
    ["branch3x3dbl_1", 64, 1],
    ["branch3x3dbl_2", 96, 3],
    ["branch3x3dbl_3", 96, 3, "half"],
  ],
  [halved],
];

const stretched = (inner: number): Branch[] => [
  [["branch1x1", 192, 1]],
  [
    ["branch7x7_1", inner, 1],
    ["branch7x7_2", inner, [1, 7]],
    ["branch7x7_3", 192, [7, 1]],
  ],
  [
    ["branch7x7dbl_1", inner, 1],
    ["branch7x7dbl_2", inner, [7, 1]],
    ["branch7x7dbl_3", inner, [1, 7]],
    ["branch7x7dbl_4", inner, [7, 1]],
    ["branch7x7dbl_5", 192, [1, 7]],
  ],
  [smoothed, ["branch_pool", 192, 1]],
];

const secondHalving: Branch[] = [
  [
    ["branch3x3_1", 192, 1],
    ["branch3x3_2", 320, 3, "half"],
  ],
  [
    ["branch7x7x3_1", 192, 1],
    ["branch7x7x3_2", 192, [1, 7]],
    ["branch7x7x3_3", 192, [7, 1]],
    ["branch7x7x3_4", 192, 3, "half"],
  ],
  [halved],
];

const forked = (pool: Pool): Branch[] => [
  [["branch1x1", 320, 1]],
  [
    ["branch3x3_1", 384, 1],
    [
      ["branch3x3_2a", 384, [1, 3]],
      ["branch3x3_2b", 384, [3, 1]],
    ],
  ],
  [
    ["branch3x3dbl_1", 448, 1],
    ["branch3x3dbl_2", 384, 3],
    [
      ["branch3x3dbl_3a", 384, [1, 3]],
      ["branch3x3dbl_3b", 384, [3, 1]],
    ],
  ],
  [pool, ["branch_pool", 192, 1]],
];

const blocks: Readonly<Record<string, readonly Branch[]>> = {
  ...{ Mixed_5b: wide(32), Mixed_5c: wide(64), Mixed_5d: wide(64), Mixed_6a: firstHalving },
  ...{ Mixed_6b: stretched(128), Mixed_6c: stretched(160), Mixed_6d: stretched(160), Mixed_6e: stretched(192) },
  ...{ Mixed_7a: secondHalving, Mixed_7b: forked(smoothed), Mixed_7c: forked(swollen) },
};

/** relu(norm(conv(x))), the convolution without bias. */
function convolved(inputs: number, features: number, kernel: number | Pair, form: Form = "same"): Module {
  const [rows, columns] = pair(kernel);
  const window = {
    stride: form === "half" ? 2 : 1,
    padding: form === "same" ? ([(rows - 1) / 2, (columns - 1) / 2] as const) : 0,
  };
  return composed(
    {
      conv: conv2d(inputs, features, kernel, { ...window, bias: false }),
      bn: batchNorm2d(features, { epsilon: 1e-3 }),
    },
    (part, x) => part.bn(part.conv(x)).relu(),
  );
}

/** What branches have to learn, and how many features they put out together; every layer has `widen` times those of its row. */
function partsOf(inputs: number, branches: readonly Branch[], widen: number) {
  const parts: Record<string, Module> = {};
  const added = (features: number, [name, given, kernel, form]: Conv): number => {
    parts[name] = convolved(features, given * widen, kernel, form);
    return given * widen;
  };
  const outputs = branches.map((branch) =>
    branch.reduce((features, step) => {
      if (typeof step === "function") return features;
      return isConv(step) ? added(features, step) : step.reduce((sum, one) => sum + added(features, one), 0);
    }, inputs),
  );
  return { parts, outputs: outputs.reduce((sum, features) => sum + features) };
}

/** Where a branch leads. */
const along = (branch: Branch, part: Readonly<Record<string, Pool>>, x: Tensor): Tensor =>
  branch.reduce<Tensor>((at, step) => {
    if (typeof step === "function") return step(at);
    return isConv(step)
      ? part[step[0]](at)
      : concat(
          step.map(([name]) => part[name](at)),
          1,
        );
  }, x);

export interface InceptionOptions {
  outputs?: number;
  /** Factor of the published features of every layer; a multiple of 1/16. */
  widen?: number;
}

/**
 * `[n, 3, h, w] → [n, outputs]` for images of 75 pixels and more, 299 as published, in [−1, 1]: from 2048 features, means over all
 * places, logits of 1008 classes (Szegedy et al. 2016, as pytorch-fid and torch-fidelity have it, whose names the parameters and
 * the running statistics have). 23 850 960 parameters.
 */
export function inception({ outputs = 1008, widen = 1 }: InceptionOptions = {}): Headed {
  const begun = partsOf(3, [stem], widen);
  const parts = { ...begun.parts };
  let features = begun.outputs;
  for (const [name, branches] of Object.entries(blocks)) {
    const own = partsOf(features, branches, widen);
    parts[name] = composed(own.parts, (part, x) =>
      concat(
        branches.map((branch) => along(branch, part, x)),
        1,
      ),
    );
    features = own.outputs;
  }
  const featuresOf = (part: Readonly<Record<string, Pool>>, x: Tensor): Tensor =>
    Object.keys(blocks)
      .reduce((at, name) => part[name](at), along(stem, part, x))
      .mean([2, 3]);
  const net = composed({ ...parts, fc: linear(features, outputs) }, (part, x) => part.fc(featuresOf(part, x)));
  return headed(net, composed(parts, featuresOf));
}
