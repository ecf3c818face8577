/** Nets that end in a linear layer: what it reads. */

import { expect, test } from "vitest";
import { key, normal, reference, type ReferenceTensor, type Shape, type Tensor } from "../../engine/index.ts";
import { basicResnet, smallMlpEnergy, stridedNet, wideResnet, type Headed } from "../../nn/index.ts";

const nets: [name: string, net: Headed, last: string, item: Shape, features: number][] = [
  ["smallMlpEnergy", smallMlpEnergy({ hidden: 5, outputs: 3 }), "4", [2], 5],
  ["stridedNet", stridedNet({ channels: 1, size: 16, width: 2, leak: 0.1, outputs: 3 }), "6", [1, 16, 16], 4 * 2 * 4],
  ["wideResnet", wideResnet({ depth: 10, widen: 0.25, outputs: 3 }), "linear", [3, 8, 8], 16],
  ["basicResnet", basicResnet({ widen: 0.125, blocks: [1, 1, 1, 1], outputs: 3 }), "fc", [3, 8, 8], 16],
];

test.each(nets)("the last layer of %s reads its features", (_, net, last, item, size) => {
  const { features, outputs, found } = reference(() => {
    const parameters = net.init(key(1));
    const { weight, bias } = (parameters as Record<string, { weight: Tensor; bias: Tensor }>)[last];
    const x = normal(key(2), [2, ...item]);
    const features = net.features(parameters, x);
    const outputs = features.matmul(weight.reshape([3, size]), { transposeB: true }).add(bias);
    return { features, outputs, found: net.apply(parameters, x) };
  })() as Record<string, ReferenceTensor>;
  expect(features.shape).toEqual([2, size]);
  Array.from(found.data).forEach((value, at) => expect(value).toBeCloseTo(outputs.data[at], 10));
});
