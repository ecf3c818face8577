/** Inception-v3 of the FID literature against the same net written down in PyTorch 2.13, with a sixteenth of its features. */

import { expect, test } from "vitest";
import {
  key,
  leavesOf,
  mapTree,
  reference,
  type ReferenceTensor,
  type Tensor,
  type Tree,
} from "../../../engine/index.ts";
import { trace } from "../../../engine/tracing.ts";
import { inception, Pass, stateOf } from "../../../nn/index.ts";
import url from "../../fixtures/pytorch/inception.safetensors?url&inline";
import { casesOf, expectSame } from "./fixtures.ts";

/** The weights of the fixture: numbers that look drawn, a formula of their names and places. */
function filled(name: string, { shape, size }: Tensor): ReferenceTensor {
  const letters = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  const inputs = shape.slice(1).reduce((product, extent) => product * extent, 1);
  const data = Float32Array.from({ length: size }, (_, i) => {
    const drawn = ((i * 7919 + letters * 104729) % 997) / 997 - 0.5;
    if (name.endsWith("bn.weight") || name.endsWith("running_var")) return 1 + drawn / 2;
    return shape.length === 1 ? drawn / 2 : drawn * Math.sqrt(24 / inputs);
  });
  return { shape, data };
}

const net = inception({ outputs: 5, widen: 1 / 16 });
const blank = trace(() => ({ parameters: net.init(key(0)), state: stateOf(net, key(0)) }));
const weights = (tree: Tree): unknown => mapTree(tree, (leaf, path) => filled(path, leaf as Tensor));

test("inception() gives the features and the logits that PyTorch's gives", async () => {
  const { x, features, logits } = (await casesOf(url)).get("inception") as Record<string, ReferenceTensor>;
  const found = reference((parameters: Tree, state: Tree, x: Tensor) => {
    const features = net.features(parameters, x, Pass.evaluation(state));
    const { weight } = (parameters as { fc: { weight: Tensor } }).fc;
    return { features, logits: features.matmul(weight, { transposeB: true }) };
  })(weights(blank.parameters), weights(blank.state), x) as Record<string, ReferenceTensor>;
  expectSame("features", found.features, features);
  expectSame("logits", found.logits, logits);
});

test("inception() has the names of pytorch-fid's state dict, 94 convolutions with their norms", () => {
  const names = leavesOf(blank.parameters).map(([name]) => name);
  expect(names.filter((name) => name.endsWith("conv.weight"))).toHaveLength(94);
  expect(names).toContain("Conv2d_1a_3x3.conv.weight");
  expect(names).toContain("Mixed_7c.branch3x3dbl_3b.bn.bias");
  expect(names.filter((name) => name.endsWith("conv.bias"))).toEqual([]);
  expect(leavesOf(blank.state).map(([name]) => name)).toContain("Mixed_6e.branch7x7dbl_5.bn.running_var");
});
