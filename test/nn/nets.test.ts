/** The nets: parameter counts and names as in the publications' PyTorch code, and what they give for each item. */

import { expect, test } from "vitest";
import { evaluate, key, leavesOf, zeros, type Shape, type Tensor } from "../../engine/index.ts";
import { inOrder } from "../../engine/graph.ts";
import { trace } from "../../engine/tracing.ts";
import {
  basicResnet,
  coopDigitDescriptor,
  coopDigitGenerator,
  coopSceneDescriptor,
  coopSceneGenerator,
  countParameters,
  dcganDiscriminator,
  dcganGenerator,
  diagonalGaussian,
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
  generatorOf,
  inception,
  jemNets,
  largeMlpEnergy,
  largeMlpGenerator,
  linearGenerator,
  made,
  maf,
  maskedEnergy,
  mixtureOfGaussians,
  mogMaf,
  nice,
  nonlocalNet,
  Pass,
  realNvp,
  resnetDiscriminator,
  resnetGenerator,
  smallMlpEnergy,
  smallMlpGenerator,
  sphereBase,
  sphereEnergy,
  stateOf,
  stridedNet,
  thesisGenerator,
  toyNet,
  vanillaNet,
  wideResnet,
  type Module,
  type Parametric,
} from "../../nn/index.ts";

const plainMlp = (dimensions: number, outputs: number) => largeMlpEnergy({ dimensions, outputs, weightNormed: false });
const image = (channels: number, width = 32) => ({ channels, size: 32, width, leak: 0.05 });
const photo: Shape = [3, 32, 32];

/** A net, what it takes and gives for one item, and how many parameters its publication has. */
interface Row {
  name: string;
  net: Module;
  item: Shape;
  gives?: Shape;
  parameters: number;
}

const rows: Row[] = [
  { name: "toyNet()", net: toyNet(), item: [2], parameters: 10_593 },
  { name: "vanillaNet of 1 channel", net: vanillaNet(image(1)), item: [1, 32, 32], parameters: 692_993 },
  { name: "vanillaNet of 3 channels", net: vanillaNet(image(3)), item: photo, parameters: 693_569 },
  { name: "vanillaNet of width 64", net: vanillaNet(image(3, 64)), item: photo, parameters: 2_763_393 },
  { name: "nonlocalNet of 3 channels", net: nonlocalNet(image(3)), item: photo, parameters: 628_529 },
  // 1·16·32 + 32, 32·16·64 + 64, 64·16·128 + 128, and 128·16 + 1 over the 4 × 4 pixels that are left.
  { name: "stridedNet of 1 channel", net: stridedNet(image(1)), item: [1, 32, 32], parameters: 166_625 },

  { name: "smallMlpEnergy()", net: smallMlpEnergy(), item: [2], parameters: 10_501 },
  { name: "smallMlpGenerator()", net: smallMlpGenerator(), item: [2], gives: [2], parameters: 10_802 },
  { name: "largeMlpEnergy of digits", net: largeMlpEnergy({ dimensions: 784 }), item: [784], parameters: 1_789_751 },
  { name: "largeMlpEnergy without weight norm", net: plainMlp(784, 1), item: [1, 28, 28], parameters: 1_787_001 },
  { name: "largeMlpEnergy of HEPMASS", net: plainMlp(15, 2), item: [15], gives: [2], parameters: 1_018_252 },
  { name: "largeMlpEnergy of HUMAN", net: plainMlp(523, 6), item: [523], gives: [6], parameters: 1_527_256 },
  { name: "largeMlpEnergy of CROP", net: plainMlp(174, 7), item: [174], gives: [7], parameters: 1_178_507 },
  // 3 · 500 · 2 of the norms, 128 · 500 + 2 · 500², 500 · 784 + 784.
  {
    name: "largeMlpGenerator of digits",
    net: largeMlpGenerator({ latents: 128, dimensions: 784 }),
    item: [128],
    gives: [784],
    parameters: 959_784,
  },
  { name: "linearGenerator", net: linearGenerator(100, 784), item: [100], gives: [784], parameters: 79_184 },
  { name: "dcganDiscriminator()", net: dcganDiscriminator(), item: photo, parameters: 2_758_592 },
  {
    name: "dcganDiscriminator of 64 pixels",
    net: dcganDiscriminator({ size: 64 }),
    item: [3, 64, 64],
    parameters: 2_764_736,
  },
  {
    name: "dcganDiscriminator with batch norm",
    net: dcganDiscriminator({ norm: "batch" }),
    item: photo,
    parameters: 2_759_489,
  },
  { name: "dcganGenerator()", net: dcganGenerator(), item: [128], gives: photo, parameters: 3_019_651 },
  {
    name: "dcganGenerator of 64 pixels",
    net: dcganGenerator({ size: 64 }),
    item: [128],
    gives: [3, 64, 64],
    parameters: 3_806_083,
  },
  { name: "resnetDiscriminator()", net: resnetDiscriminator(), item: photo, parameters: 1_037_313 },
  { name: "resnetGenerator()", net: resnetGenerator(), item: [128], gives: photo, parameters: 1_154_947 },
  {
    name: "resnetGenerator of width 256",
    net: resnetGenerator({ width: 256 }),
    item: [128],
    gives: photo,
    parameters: 4_079_363,
  },
  { name: "wideResnet 28-2", net: wideResnet({ widen: 2 }), item: photo, gives: [10], parameters: 1_466_026 },
  { name: "wideResnet 28-10", net: wideResnet(), item: photo, gives: [10], parameters: 36_471_338 },
  {
    name: "wideResnet 28-10 of 100 classes",
    net: wideResnet({ outputs: 100 }),
    item: photo,
    gives: [100],
    parameters: 36_529_028,
  },
  { name: "nice()", net: nice(), item: [784], parameters: 15_154_352 },
  { name: "mixtureOfGaussians of 8 in the plane", net: mixtureOfGaussians(2, 8), item: [2], parameters: 40 },
  { name: "digitClassifier()", net: digitClassifier(), item: [1, 28, 28], gives: [10], parameters: 1_199_882 },
  {
    name: "digitClassifier of 64 pixels",
    net: digitClassifier({ size: 64 }),
    item: [1, 64, 64],
    gives: [10],
    parameters: 7_393_034,
  },

  { name: "inception()", net: inception(), item: [3, 299, 299], gives: [1008], parameters: 23_850_960 },
  { name: "basicResnet()", net: basicResnet(), item: photo, gives: [10], parameters: 5_866_426 },
  // Trunk and two heads, 640 · 10 + 10 and 640 + 1.
  { name: "jemNets 28-10", net: jemNets().classifier, item: photo, gives: [10], parameters: 36_464_928 + 6410 + 641 },
  { name: "jemNets 28-2", net: jemNets({ widen: 2 }).logDensity, item: photo, parameters: 1_464_736 + 1290 + 129 },

  { name: "gebmDcganGenerator()", net: gebmDcganGenerator(), item: [100], gives: photo, parameters: 3_573_824 },
  {
    name: "gebmDcganGenerator of form dcgan-sn",
    net: gebmDcganGenerator({ form: "dcgan-sn" }),
    item: [100],
    gives: photo,
    parameters: 3_576_323,
  },
  { name: "gebmSnganGenerator()", net: gebmSnganGenerator(), item: [100], gives: photo, parameters: 3_584_003 },
  { name: "gebmResnetGenerator()", net: gebmResnetGenerator(), item: [100], gives: photo, parameters: 1_097_603 },
  { name: "gebmDcganEnergy()", net: gebmDcganEnergy(), item: photo, parameters: 2_759_424 },
  {
    name: "gebmDcganEnergy of form dcgan-ns",
    net: gebmDcganEnergy({ form: "dcgan-ns" }),
    item: photo,
    parameters: 2_759_424,
  },
  { name: "gebmDcganSnEnergy()", net: gebmDcganSnEnergy(), item: photo, parameters: 2_935_873 },
  { name: "gebmSnganEnergy()", net: gebmSnganEnergy(), item: photo, parameters: 5_860_865 },
  { name: "gebmResnetEnergy()", net: gebmResnetEnergy(), item: photo, parameters: 1_053_825 },
  {
    name: "gebmResnetEnergy without spectral norm",
    net: gebmResnetEnergy({ spectral: false }),
    item: photo,
    parameters: 1_053_825,
  },
  // Nine batch norms of 128 features, two in each block and one in the first shortcut; two numbers in each block.
  {
    name: "gebmResnetEnergy with batch norm and skipInit",
    net: gebmResnetEnergy({ norm: "batch", skipInit: true }),
    item: photo,
    parameters: 1_053_825 + 9 * 256 + 8,
  },
  { name: "realNvp of 11", net: generatorOf(realNvp(11)), item: [11], gives: [11], parameters: 124_220 },
  { name: "made of 11", net: generatorOf(made(11)), item: [11], gives: [11], parameters: 13_522 },
  { name: "maf of 11", net: generatorOf(maf(11)), item: [11], gives: [11], parameters: 67_720 },
  { name: "mogMaf of 11", net: mogMaf(11), item: [11], parameters: 112_350 },
  { name: "diagonalGaussian of 11", net: generatorOf(diagonalGaussian(11)), item: [11], gives: [11], parameters: 22 },
  { name: "flowEnergy of a realNvp", net: flowEnergy(flowDensity(realNvp(11), 11)), item: [11], parameters: 124_220 },
  { name: "maskedEnergy of 11, are", net: maskedEnergy(11), item: [11], parameters: 41_601 },
  {
    name: "maskedEnergy of 11, are4",
    net: maskedEnergy(11, { widths: [100, 200, 200, 100] }),
    item: [11],
    parameters: 81_801,
  },
  { name: "sphereBase()", net: sphereBase(), item: [3], gives: [3], parameters: 9 },
  { name: "sphereEnergy()", net: sphereEnergy(), item: [3], parameters: 12 },

  {
    name: "vanillaNet with spectral norm",
    net: vanillaNet({ ...image(1, 64), leak: 0.2, spectral: true }),
    item: [1, 32, 32],
    parameters: 2_762_241,
  },
  // Weights 100·256·16 + 256·128·25 + 128·64·25 + 64·25, biases 256 + 128 + 64 + 1, norms twice 256 + 128 + 64.
  { name: "thesisGenerator()", net: thesisGenerator(), item: [100], gives: [1, 32, 32], parameters: 1_436_545 },
  // 3·64·25 + 64, 64·128·9 + 128, 128·256·9 + 256, and 256·16²·100 + 100.
  { name: "coopSceneDescriptor()", net: coopSceneDescriptor(), item: [3, 64, 64], parameters: 6_927_588 },
  // 64·16 + 64, 64·128·16 + 128, 128·256·16 + 256, and 256·4²·100 + 100.
  { name: "coopDigitDescriptor()", net: coopDigitDescriptor(), item: [1, 28, 28], parameters: 1_066_532 },
  // Weights 100·512·16, 25 · (512·256 + 256·128 + 128·64 + 64·3), biases 963 and shifts 960.
  { name: "coopSceneGenerator()", net: coopSceneGenerator(), item: [100], gives: [3, 64, 64], parameters: 5_126_723 },
  // Weights 16 · (100·512 + 512·256 + 256·128 + 128), biases 897 and shifts 896.
  { name: "coopDigitGenerator()", net: coopDigitGenerator(), item: [100], gives: [1, 28, 28], parameters: 3_444_481 },
];

// No device and no memory: within a trace even what is computed from parameters stays a formula.
const parametersOf = (net: Parametric): number => trace(() => countParameters(net.init(key(1))));

test.each(rows)("$name has $parameters parameters", ({ net, parameters }) => {
  expect(parametersOf(net)).toBe(parameters);
});

test.each(rows)("$name gives what it should for each item", ({ net, item, gives = [1] }) => {
  const { shape } = trace(() =>
    net.apply(net.init(key(1)), zeros([3, ...item]), Pass.evaluation(stateOf(net, key(1)))),
  );
  expect(shape).toEqual([3, ...gives]);
});

// Of the two heads of JEM each net uses one.
test.each(rows.filter(({ name }) => !name.startsWith("jemNets")))("$name uses all its parameters", ({ net, item }) => {
  trace(() => {
    const parameters = net.init(key(1));
    const y = net.apply(parameters, zeros([3, ...item]), Pass.evaluation(stateOf(net, key(1))));
    const used = new Set(inOrder([y], () => true));
    const unused = leavesOf(parameters).filter(([, leaf]) => !used.has(leaf as Tensor));
    expect(unused.map(([name]) => name)).toEqual([]);
  });
});

/** The largest magnitude of each parameter whose name is listed, and its deviation from zero. */
function begunAs(net: Module, names: readonly string[]): { largest: number; deviation: number }[] {
  const leaves = trace(() => new Map(leavesOf(net.init(key(7)))));
  return names.map((name) => {
    const { data } = evaluate([leaves.get(name) as Tensor], new Map())[0];
    const squares = data.reduce((total, value) => total + value ** 2, 0);
    return { largest: Math.max(...data.map(Math.abs)), deviation: Math.sqrt(squares / data.length) };
  });
}

test("the residual pairs begin with Xavier's weights of their gains", () => {
  // The bound is gain · √(6 / (fanIn + fanOut)); of 200 numbers and more the largest is hardly below 97 percent of it.
  const vera = begunAs(resnetDiscriminator({ width: 8 }), [
    ...["block1.conv1.weight", "block1.conv2.weight", "block4.conv2.bias", "output_linear.bias"],
  ]);
  const gebm = begunAs(gebmResnetEnergy({ width: 64, spectral: false, skipInit: true }), [
    ...["block2.conv1.weight", "block2.bypass_conv.weight", "block2.skip.scaling", "block2.skip.bias"],
  ]);
  const bounds = [
    ...[Math.sqrt(6 / (27 + 72)), Math.sqrt(12 / (72 + 72)), 0, 0],
    ...[Math.sqrt(6 / (576 + 576)), Math.sqrt(12 / (64 + 64)), 0, 0],
  ];
  [...vera, ...gebm].forEach(({ largest }, at) => {
    expect(largest).toBeLessThanOrEqual(bounds[at] * (1 + 1e-6));
    expect(largest).toBeGreaterThanOrEqual(bounds[at] * 0.97);
  });
});

test("the other published distributions are those that the nets begin with", () => {
  const wanted: [Module, string, number][] = [
    [basicResnet({ widen: 0.5 }), "layer2.0.conv1.weight", Math.sqrt(2 / (16 * 9))],
    [coopSceneDescriptor({ size: 16, width: 8 }), "conv2.weight", 0.01],
    [coopSceneDescriptor({ size: 16, width: 8 }), "fc.bias", 0],
    [coopSceneGenerator({ width: 2 }), "main.3.weight", 0.005],
    [sphereEnergy(), "U.weight_orig", 1 / Math.sqrt(3)],
  ];
  for (const [net, name, deviation] of wanted) {
    const [{ deviation: found }] = begunAs(net, [name]);
    expect(Math.abs(found - deviation)).toBeLessThanOrEqual(0.1 * deviation);
  }
});

test("the reproduction of JEM has its published counts with what nothing uses there", () => {
  const net = wideResnet({ widen: 2, leak: 0, last: false });
  // A batch norm of 128 channels in the classifier, and in the energy model another linear layer of 128 · 10 + 10.
  expect(parametersOf(net) + 2 * 128).toBe(1_466_282);
  expect(parametersOf(net) + 2 * 128 + 1290).toBe(1_467_572);
});

/** Names and shapes, in order. */
const described = (net: Module): string[] =>
  leavesOf(net.init(key(1))).map(([name, leaf]) => `${name} [${(leaf as Tensor).shape.join(", ")}]`);

test("toyNet() names its parameters as PyTorch's Sequential does", () => {
  expect(described(toyNet())).toEqual([
    ...["0.weight [32, 2]", "0.bias [32]"],
    ...["2.weight [64, 32]", "2.bias [64]"],
    ...["4.weight [64, 64]", "4.bias [64]"],
    ...["6.weight [64, 64]", "6.bias [64]"],
    ...["8.weight [1, 64]", "8.bias [1]"],
  ]);
});

test("vanillaNet names its parameters as PyTorch's Sequential does", () => {
  expect(described(vanillaNet(image(3)))).toEqual([
    ...["0.weight [32, 3, 3, 3]", "0.bias [32]"],
    ...["2.weight [64, 32, 4, 4]", "2.bias [64]"],
    ...["4.weight [128, 64, 4, 4]", "4.bias [128]"],
    ...["6.weight [256, 128, 4, 4]", "6.bias [256]"],
    ...["8.weight [1, 256, 4, 4]", "8.bias [1]"],
  ]);
});

test("nonlocalNet names its parameters by position, and within its blocks by the letters of the paper", () => {
  const names = described(nonlocalNet(image(3)));
  expect(names.filter((name) => !name.includes("bias"))).toEqual([
    "0.weight [32, 3, 3, 3]",
    ...["3.theta.weight [16, 32, 1, 1]", "3.phi.weight [16, 32, 1, 1]", "3.g.weight [16, 32, 1, 1]"],
    ...["3.W.weight [32, 16, 1, 1]", "4.weight [64, 32, 3, 3]"],
    ...["7.theta.weight [32, 64, 1, 1]", "7.phi.weight [32, 64, 1, 1]", "7.g.weight [32, 64, 1, 1]"],
    ...["7.W.weight [64, 32, 1, 1]", "8.weight [128, 64, 3, 3]"],
    ...["12.weight [256, 2048]", "14.weight [1, 256]"],
  ]);
});
