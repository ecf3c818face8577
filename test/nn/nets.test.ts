/** The nets: parameter counts and names as in the publications' PyTorch code, and one energy for each item. */

import { expect, test } from "vitest";
import { key, leavesOf, zeros, type Shape, type Tensor } from "../../engine/index.ts";
import { trace } from "../../engine/tracing.ts";
import { countParameters, nonlocalNet, stridedNet, toyNet, vanillaNet, type Module } from "../../nn/index.ts";

const image = (channels: number, width = 32) => ({ channels, size: 32, width, leak: 0.05 });

const rows: { name: string; net: Module; item: Shape; parameters: number }[] = [
  { name: "toyNet()", net: toyNet(), item: [2], parameters: 10_593 },
  { name: "vanillaNet of 1 channel", net: vanillaNet(image(1)), item: [1, 32, 32], parameters: 692_993 },
  { name: "vanillaNet of 3 channels", net: vanillaNet(image(3)), item: [3, 32, 32], parameters: 693_569 },
  { name: "vanillaNet of width 64", net: vanillaNet(image(3, 64)), item: [3, 32, 32], parameters: 2_763_393 },
  { name: "nonlocalNet of 3 channels", net: nonlocalNet(image(3)), item: [3, 32, 32], parameters: 628_529 },
  // 1·16·32 + 32, 32·16·64 + 64, 64·16·128 + 128, and 128·16 + 1 over the 4 × 4 pixels that are left.
  { name: "stridedNet of 1 channel", net: stridedNet(image(1)), item: [1, 32, 32], parameters: 166_625 },
];

test.each(rows)("$name has $parameters parameters", ({ net, parameters }) => {
  expect(countParameters(net.init(key(1)))).toBe(parameters);
});

test.each(rows)("$name gives one number for each item", ({ net, item }) => {
  const { shape } = trace(() => net.apply(net.init(key(1)), zeros([3, ...item])));
  expect(shape).toEqual([3, 1]);
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
