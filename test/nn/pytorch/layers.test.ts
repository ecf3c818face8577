/**
 * Layers against PyTorch 2.13, in float64 on both sides: outputs, gradients, those of a gradient penalty, and what is remembered, pass after pass. That
 * devices agree with this reference is shown where each layer and each op has its tests.
 */

import { describe, expect, test } from "vitest";
import { grad, reference, type Tensor, type Tree } from "../../../engine/index.ts";
import {
  avgPool2d,
  batchNorm1d,
  batchNorm2d,
  conv2d,
  convTranspose2d,
  elu,
  gelu,
  globalAvgPool,
  groupNorm,
  instanceNorm2d,
  layerNorm,
  leakyRelu,
  linear,
  logSoftmax,
  maxPool2d,
  Pass,
  pixelShuffle,
  relu,
  sigmoid,
  silu,
  softmax,
  softplus,
  spectralNorm,
  tanh,
  upsampleNearest,
  weightNorm,
  type Module,
} from "../../../nn/index.ts";
import activations from "../../fixtures/pytorch/activations.safetensors?url&inline";
import convolutions from "../../fixtures/pytorch/convolutions.safetensors?url&inline";
import norms from "../../fixtures/pytorch/norms.safetensors?url&inline";
import weights from "../../fixtures/pytorch/weights.safetensors?url&inline";
import { casesOf, expectSameTree, type Arrays } from "./fixtures.ts";

const files: Record<string, { url: string; layers: Record<string, Module> }> = {
  norms: {
    url: norms,
    layers: {
      batchNorm1d: batchNorm1d(3),
      "batchNorm1d over places": batchNorm1d(2, { affine: false }),
      batchNorm2d: batchNorm2d(2, { momentum: 0.9, epsilon: 1e-3 }),
      "batchNorm2d untracked": batchNorm2d(2, { track: false }),
      instanceNorm2d: instanceNorm2d(2),
      "instanceNorm2d affine": instanceNorm2d(2, { affine: true, epsilon: 1e-2 }),
      groupNorm: groupNorm(2, 4),
      "groupNorm of one group": groupNorm(1, 4),
      layerNorm: layerNorm(5),
      "layerNorm of two axes": layerNorm([2, 3], { epsilon: 1e-2 }),
    },
  },
  weights: {
    url: weights,
    layers: {
      "spectralNorm of linear": spectralNorm(linear(3, 4)),
      "spectralNorm of conv2d": spectralNorm(conv2d(2, 3, 2)),
      "spectralNorm of convTranspose2d": spectralNorm(convTranspose2d(2, 3, 2), { iterations: 2 }),
      "weightNorm of linear": weightNorm(linear(3, 4)),
      "weightNorm of conv2d": weightNorm(conv2d(2, 3, 2, { bias: false })),
      "weightNorm of convTranspose2d": weightNorm(convTranspose2d(2, 3, 2)),
    },
  },
  convolutions: {
    url: convolutions,
    layers: {
      linear: linear(3, 2),
      conv2d: conv2d(2, 3, 3, { stride: 2, padding: 1 }),
      "conv2d dilated": conv2d(2, 2, 2, { stride: [1, 2], padding: [0, 1], dilation: [2, 1] }),
      "conv2d in groups": conv2d(4, 6, 2, { groups: 2, bias: false }),
      convTranspose2d: convTranspose2d(2, 3, 4, { stride: 2, padding: 1 }),
      "convTranspose2d with output padding": convTranspose2d(2, 3, 3, {
        stride: [2, 3],
        padding: 1,
        outputPadding: [1, 2],
      }),
      "convTranspose2d dilated": convTranspose2d(2, 2, 2, { stride: 2, dilation: 2 }),
      "convTranspose2d in groups": convTranspose2d(4, 6, 2, { groups: 2, stride: 2 }),
      maxPool2d: maxPool2d(2),
      "maxPool2d overlapping": maxPool2d(3, { stride: 2, padding: 1 }),
      avgPool2d: avgPool2d(2),
      "avgPool2d overlapping": avgPool2d(3, { stride: 2, padding: 1 }),
      "avgPool2d of pixels": avgPool2d(3, { stride: 2, padding: 1, countPadding: false }),
      globalAvgPool: globalAvgPool(),
      upsampleNearest: upsampleNearest(2),
      pixelShuffle: pixelShuffle(2),
    },
  },
  activations: {
    url: activations,
    layers: {
      relu: relu(),
      leakyRelu: leakyRelu(0.2),
      elu: elu(0.5),
      silu: silu(),
      gelu: gelu(),
      "gelu with tanh": gelu({ approximate: "tanh" }),
      softplus: softplus({ threshold: 20 }),
      "softplus with beta": softplus({ beta: 3, threshold: 2 }),
      tanh: tanh(),
      sigmoid: sigmoid(),
      softmax: softmax(),
      "softmax over channels": softmax(1),
      logSoftmax: logSoftmax(),
    },
  },
};

/** Everything of one pass: output, gradients of a loss and of the penalty on its slope, and the state it leaves. */
const run = (layer: Module, mode: "training" | "evaluation") =>
  reference((parameters: Tree, state: Tree, x: Tensor, dy: Tensor) => {
    const pass = Pass[mode](state);
    const y = layer.apply(parameters, x, pass);
    const own: Record<string, Tree> = { x, ...(parameters as Record<string, Tree>) };
    const slopes = grad(y.mul(dy).sum(), own);
    const bends = grad((slopes.x as Tensor).square().sum(), own);
    return { y, slopes, bends, state: pass.state };
  });

describe.each(Object.entries(files))("%s", async (_file, { url, layers }) => {
  const cases = await casesOf(url);

  test("every case of the file has its layer here", () => {
    expect(Object.keys(layers)).toEqual(expect.arrayContaining([...cases.keys()]));
  });

  test.each(Object.entries(layers))("%s gives what PyTorch's gives, pass after pass", (name, layer) => {
    const { parameters = {}, state = {}, ...passes } = cases.get(name)!;
    let remembered = state as Arrays;
    for (const [label, given] of Object.entries(passes).sort(([a], [b]) => a.localeCompare(b))) {
      const { x, dy, ...rest } = given as Arrays;
      const mode = label.endsWith("training") ? "training" : "evaluation";
      const found = run(layer, mode)(parameters, remembered, x, dy) as Arrays;
      expectSameTree(`${name}, ${label}`, found, { state: {}, ...rest });
      remembered = found.state as Arrays;
    }
    expect(Object.keys(passes).length).toBeGreaterThan(0);
  });
});
