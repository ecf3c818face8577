/**
 * Nets against the same nets written down in PyTorch 2.13, in float64 on both sides: outputs, slopes and what is remembered, pass
 * after pass, from parameters of the same names.
 */

import { expect, test } from "vitest";
import { grad, reference, type Tensor, type Tree } from "../../../engine/index.ts";
import {
  basicResnet,
  dcganDiscriminator,
  dcganGenerator,
  digitClassifier,
  flowDensity,
  gebmResnetEnergy,
  gebmSnganEnergy,
  largeMlpEnergy,
  maf,
  nice,
  Pass,
  realNvp,
  resnetDiscriminator,
  resnetGenerator,
  smallMlpGenerator,
  thesisGenerator,
  wideResnet,
  type Module,
} from "../../../nn/index.ts";
import url from "../../fixtures/pytorch/nets.safetensors?url&inline";
import { casesOf, expectSameTree, type Arrays } from "./fixtures.ts";

const narrow = { depth: 10, widen: 0.25, outputs: 3 };

const nets: Record<string, Module> = {
  smallMlpGenerator: smallMlpGenerator({ hidden: 5 }),
  largeMlpEnergy: largeMlpEnergy({ dimensions: 6, hidden: [5, 4] }),
  dcganDiscriminator: dcganDiscriminator({ channels: 1, size: 16, width: 2, norm: "batch" }),
  dcganGenerator: dcganGenerator({ latents: 3, channels: 1, size: 16, width: 1, output: "sigmoid" }),
  resnetDiscriminator: resnetDiscriminator({ width: 2, outputs: 2 }),
  resnetGenerator: resnetGenerator({ latents: 3, channels: 1, width: 2 }),
  "wideResnet of VERA": wideResnet({ ...narrow, norm: "batch", firstNorm: false }),
  "wideResnet of JEM": wideResnet({ ...narrow, norm: "layer" }),
  "wideResnet of the reproduction": wideResnet({ ...narrow, leak: 0, last: false }),
  basicResnet: basicResnet({ outputs: 3, blocks: [1, 2, 1, 1], widen: 0.125 }),
  gebmResnetEnergy: gebmResnetEnergy({ width: 2, norm: "batch", skipInit: true }),
  gebmSnganEnergy: gebmSnganEnergy({ channels: 1, size: 8, width: 1 }),
  thesisGenerator: thesisGenerator({ latents: 3, width: 1 }),
  digitClassifier: digitClassifier({ size: 10, width: 2 }),
  realNvp: flowDensity(realNvp(3, { hidden: 4, blocks: 2 }), 3),
  maf: flowDensity(maf(3, { hidden: 4, blocks: 2 }), 3),
  nice: nice({ dimensions: 4, hidden: 3 }),
};

const cases = await casesOf(url);

test("every case of the file has its net here", () => {
  expect(Object.keys(nets)).toEqual(expect.arrayContaining([...cases.keys()]));
});

test.each(Object.entries(nets))("%s gives what PyTorch's gives, pass after pass", (name, net) => {
  const { parameters, state = {}, ...passes } = cases.get(name)!;
  let remembered = state as Arrays;
  for (const [label, given] of Object.entries(passes).sort(([a], [b]) => a.localeCompare(b))) {
    const { x, dy, ...rest } = given as Arrays;
    const mode = label.endsWith("training") ? "training" : "evaluation";
    const run = reference((parameters: Tree, state: Tree, x: Tensor, dy: Tensor) => {
      const pass = Pass[mode](state);
      const y = net.apply(parameters, x, pass);
      return { y, slope: grad(y.mul(dy).sum(), x), state: pass.state };
    });
    const found = run(parameters, remembered, x, dy) as Arrays;
    expectSameTree(`${name}, ${label}`, found, { state: {}, ...rest });
    remembered = found.state as Arrays;
  }
  expect(Object.keys(passes).length).toBeGreaterThan(0);
});
