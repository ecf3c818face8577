/** The nets at work, as small as they come: training and evaluation, what they remember, and their gradients. */

import { expect, test } from "vitest";
import { gradcheck } from "../../engine/check/gradcheck.ts";
import { evaluate, grad, key, leavesOf, normal, tensorsOf, type Shape, type Tensor } from "../../engine/index.ts";
import { trace } from "../../engine/tracing.ts";
import {
  basicResnet,
  calibrate,
  coopDigitDescriptor,
  coopDigitGenerator,
  coopSceneDescriptor,
  coopSceneGenerator,
  dcganDiscriminator,
  dcganGenerator,
  digitClassifier,
  flowDensity,
  flowEnergy,
  gebmDcganEnergy,
  gebmDcganGenerator,
  gebmDcganSnEnergy,
  gebmResnetEnergy,
  gebmResnetGenerator,
  gebmSnganEnergy,
  gebmSnganGenerator,
  jemNets,
  largeMlpEnergy,
  largeMlpGenerator,
  maf,
  maskedEnergy,
  mixtureOfGaussians,
  mogMaf,
  nice,
  Pass,
  realNvp,
  resnetDiscriminator,
  resnetGenerator,
  smallMlpEnergy,
  smallMlpGenerator,
  sphereBase,
  sphereEnergy,
  stateOf,
  thesisGenerator,
  vanillaNet,
  wideResnet,
  type Module,
  type WideResnetNorm,
} from "../../nn/index.ts";
import { draw } from "../engine/draw.ts";
import "../engine/opened.ts";
import { expectAgreement } from "../engine/threeWays.ts";

const wide = (norm: WideResnetNorm | null, widen = 1) =>
  wideResnet({ depth: 10, widen, norm, outputs: 3, dropout: 0.3, firstNorm: false });
const [tile, small]: Shape[] = [
  [3, 4, 4],
  [3, 16, 16],
];

const rows: { name: string; net: Module; item: Shape }[] = [
  { name: "smallMlpEnergy", net: smallMlpEnergy({ hidden: 5 }), item: [2] },
  { name: "smallMlpGenerator", net: smallMlpGenerator({ hidden: 5 }), item: [2] },
  { name: "largeMlpEnergy", net: largeMlpEnergy({ dimensions: 6, hidden: [5, 4] }), item: [6] },
  { name: "largeMlpGenerator", net: largeMlpGenerator({ latents: 3, dimensions: 6, hidden: 4 }), item: [3] },
  { name: "dcganDiscriminator", net: dcganDiscriminator({ size: 16, width: 1 }), item: small },
  { name: "dcganDiscriminator, batch", net: dcganDiscriminator({ size: 16, width: 1, norm: "batch" }), item: small },
  { name: "dcganGenerator", net: dcganGenerator({ latents: 3, size: 16, width: 1, output: "sigmoid" }), item: [3] },
  { name: "resnetDiscriminator", net: resnetDiscriminator({ width: 2, outputs: 2 }), item: tile },
  { name: "resnetGenerator", net: resnetGenerator({ latents: 3, width: 1 }), item: [3] },
  { name: "wideResnet", net: wide(null), item: tile },
  { name: "wideResnet, batch", net: wide("batch"), item: tile },
  { name: "wideResnet, instance", net: wide("instance"), item: [3, 5, 5] },
  { name: "wideResnet, layer", net: wide("layer"), item: tile },
  { name: "wideResnet, group", net: wide("group", 2), item: tile },
  { name: "wideResnet, act", net: wide("act"), item: tile },
  { name: "jemNets, logDensity", net: jemNets({ depth: 10, widen: 1 }).logDensity, item: tile },
  { name: "basicResnet", net: basicResnet({ blocks: [1, 1, 1, 1], widen: 0.25 }), item: [3, 8, 8] },
  { name: "digitClassifier", net: digitClassifier({ size: 10, width: 2 }), item: [1, 10, 10] },
  { name: "mixtureOfGaussians", net: mixtureOfGaussians(2, 3), item: [2] },
  { name: "nice", net: nice({ dimensions: 4, hidden: 5 }), item: [4] },
  { name: "gebmDcganGenerator", net: gebmDcganGenerator({ latents: 3, width: 1 }), item: [3] },
  {
    name: "gebmDcganGenerator, dcgan-sn",
    net: gebmDcganGenerator({ latents: 3, width: 1, form: "dcgan-sn" }),
    item: [3],
  },
  { name: "gebmSnganGenerator", net: gebmSnganGenerator({ latents: 3, width: 1 }), item: [3] },
  { name: "gebmResnetGenerator", net: gebmResnetGenerator({ latents: 3, width: 1 }), item: [3] },
  { name: "gebmDcganEnergy", net: gebmDcganEnergy({ size: 16, width: 1 }), item: small },
  { name: "gebmDcganSnEnergy", net: gebmDcganSnEnergy({ size: 16, width: 1 }), item: small },
  { name: "gebmSnganEnergy", net: gebmSnganEnergy({ size: 16, width: 1 }), item: small },
  { name: "gebmResnetEnergy", net: gebmResnetEnergy({ width: 2 }), item: tile },
  { name: "gebmResnetEnergy, batch", net: gebmResnetEnergy({ width: 2, norm: "batch", skipInit: true }), item: tile },
  { name: "flowEnergy", net: flowEnergy(flowDensity(realNvp(3, { hidden: 4, blocks: 2 }), 3)), item: [3] },
  { name: "flowDensity of maf", net: flowDensity(maf(3, { hidden: 4, blocks: 2 }), 3), item: [3] },
  { name: "mogMaf", net: mogMaf(3, { hidden: 4, blocks: 2, components: 2 }), item: [3] },
  { name: "maskedEnergy", net: maskedEnergy(3, { widths: [4, 6, 4] }), item: [3] },
  { name: "sphereBase", net: sphereBase(), item: [3] },
  { name: "sphereEnergy", net: sphereEnergy(), item: [3] },
  {
    name: "vanillaNet, spectral",
    net: vanillaNet({ channels: 1, size: 16, width: 1, leak: 0.2, spectral: true }),
    item: [1, 16, 16],
  },
  { name: "thesisGenerator", net: thesisGenerator({ latents: 3, width: 1 }), item: [3] },
  { name: "coopSceneDescriptor", net: coopSceneDescriptor({ size: 16, width: 1, outputs: 5 }), item: small },
  { name: "coopDigitDescriptor", net: coopDigitDescriptor({ size: 9, width: 1, outputs: 5 }), item: [1, 9, 9] },
  { name: "coopSceneGenerator", net: coopSceneGenerator({ latents: 2, width: 1, channels: 1 }), item: [2] },
  { name: "coopDigitGenerator", net: coopDigitGenerator({ latents: 3, width: 1 }), item: [3] },
];

/** What tensors hold in the reference. */
const values = (tensors: readonly Tensor[]): Float64Array[] => evaluate(tensors, new Map()).map(({ data }) => data);

const unlikeNumbers = (arrays: readonly Float64Array[]) => arrays.filter((data) => !data.every(Number.isFinite));

const names = (tree: Parameters<typeof leavesOf>[0]) => leavesOf(tree).map(([name]) => name);

test.each(rows)("$name trains and is evaluated, with finite numbers and gradients", ({ net, item }) => {
  trace(() => {
    const parameters = net.init(key(1));
    const state = stateOf(net, key(2));
    const x = normal(key(3), [2, ...item]);
    const pass = Pass.training(state, key(4));
    const y = net.apply(parameters, x, pass);
    const slopes = grad(y.square().sum(), { x, parameters });
    const later = net.apply(parameters, x, Pass.evaluation(pass.state));
    expect(unlikeNumbers(values([y, later, ...tensorsOf(slopes), ...tensorsOf(pass.state)]))).toEqual([]);
    expect(names(pass.state)).toEqual(names(state));
    expect(later.shape).toEqual(y.shape);
    // Everything that is remembered has changed, but for unit vectors of one number.
    const [before, after] = [state, pass.state].map((tree) => values(tensorsOf(tree)));
    const same = after.filter((data, at) => data.length > 1 && data.every((value, i) => value === before[at][i]));
    expect(same).toEqual([]);
  });
});

const residual = [
  { name: "resnetDiscriminator", net: resnetDiscriminator({ width: 2 }) },
  { name: "gebmResnetEnergy", net: gebmResnetEnergy({ width: 2, spectral: false }) },
];

test.each(residual)("$name has second derivatives, also through its means of pixels", ({ net }) => {
  const parameters = trace(() => net.init(key(1)));
  const worst = gradcheck((x) => net.apply(parameters, x).square().sum(), [draw(1, [1, 3, 4, 4], -1, 1)], 2);
  expect(worst).toBeLessThan(1e-6);
});

test("wideResnet with act norm is standardised by a calibration", () => {
  trace(() => {
    const net = wideResnet({ depth: 10, widen: 1, norm: "act" });
    const initial = net.init(key(1));
    const parameters = calibrate(net, initial, normal(key(2), [4, 3, 4, 4]), Pass.calibration(stateOf(net, key(3))));
    const moved = leavesOf(parameters).filter(([name, leaf]) => {
      const [before] = leavesOf(initial).filter(([other]) => other === name);
      return leaf !== before[1];
    });
    // Two norms in each of three blocks and the last one: loc and scale of each.
    expect(moved.length).toBe(14);
    expect(moved.every(([name]) => /bn[12]\.(loc|scale)$/.test(name))).toBe(true);
  });
});

test("the heads of jemNets share the parameters of both", () => {
  const { classifier, logDensity } = jemNets({ depth: 10, widen: 1 });
  trace(() => {
    expect(names(classifier.init(key(1)))).toEqual(names(logDensity.init(key(1))));
    expect(names(classifier.init(key(1))).slice(-4)).toEqual([
      ...["energy_output.weight", "energy_output.bias"],
      ...["class_output.weight", "class_output.bias"],
    ]);
  });
});

test.each([
  { name: "smallMlpGenerator", net: smallMlpGenerator({ hidden: 5 }), item: [2] },
  { name: "sphereEnergy", net: sphereEnergy(), item: [3] },
])(
  "$name agrees with the reference in training, eager and compiled, and so does its gradient",
  async ({ net, item }) => {
    await expectAgreement(
      (x) => {
        const pass = Pass.training(stateOf(net, key(2)), key(4));
        const y = net.apply(net.init(key(1)), x, pass);
        return [y, grad(y.square().sum(), x), ...tensorsOf(pass.state)];
      },
      [draw(1, [3, ...item], -1, 1)],
    );
  },
);

test("nets refuse sizes that they cannot take", () => {
  expect(() => wideResnet({ depth: 12 })).toThrow(
    new RangeError("wideResnet: the depth is 6 n + 4, such as 10, 16 or 28, got 12"),
  );
  expect(() => dcganDiscriminator({ size: 28 })).toThrow(
    new RangeError("dcganDiscriminator: the size must be a multiple of 16, got 28"),
  );
});
