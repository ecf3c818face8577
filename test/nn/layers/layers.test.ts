/** Layers: values worked out by hand, and agreement of eager, compiled and reference. */

import { expect, test } from "vitest";
import { grad, key, tensor, toArray, type Tensor } from "../../../engine/index.ts";
import {
  conv2d,
  flatten,
  leakyRelu,
  linear,
  maxPool2d,
  relu,
  sequential,
  sigmoid,
  silu,
  softplus,
  stateless,
  tanh,
  type Module,
} from "../../../nn/index.ts";
import { draw } from "../../engine/draw.ts";
import "../../engine/opened.ts";
import { expectAgreement } from "../../engine/threeWays.ts";

const numbers = async (x: Tensor): Promise<number[]> => [...(await toArray(x)).data];

test("linear is x Wᵀ + b", async () => {
  const weight = tensor([
    [1, 2, 3],
    [-1, 0, 0.5],
  ]);
  const x = tensor([
    [1, 1, 1],
    [2, 0, -2],
  ]);
  expect(await numbers(linear(3, 2).apply({ weight, bias: tensor([10, 20]) }, x))).toEqual([16, 19.5, 6, 17]);
  expect(await numbers(linear(3, 2).apply({ weight }, x))).toEqual([6, -0.5, -4, -3]);
});

test("conv2d adds up each window times the weight, and the bias of its output", async () => {
  const x = tensor([
    [
      [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
    ],
  ]);
  const weight = tensor([
    [
      [
        [1, 0],
        [0, -1],
      ],
    ],
    [
      [
        [0, 1],
        [1, 0],
      ],
    ],
  ]);
  const parameters = { weight, bias: tensor([0.5, 100]) };
  expect(await numbers(conv2d(1, 2, 2).apply(parameters, x))).toEqual([-3.5, -3.5, -3.5, -3.5, 106, 108, 112, 114]);
  const strided = conv2d(1, 2, 2, { stride: 2, padding: 1 }).apply(parameters, x);
  expect([strided.shape, await numbers(strided)]).toEqual([
    [1, 2, 2, 2],
    [-0.5, -2.5, -6.5, -3.5, 100, 102, 104, 114],
  ]);
});

test("maxPool2d(2) keeps the largest of each window and drops what does not fill one", async () => {
  const x = tensor([
    [
      [
        [1, 2, 9, -4, 70],
        [3, 4, -1, -2, 70],
        [-5, -6, 0, 0, 70],
        [-7, -8, 0, 0, 70],
        [70, 70, 70, 70, 70],
      ],
    ],
  ]);
  const pooled = maxPool2d(2).apply({}, x);
  expect([pooled.shape, await numbers(pooled)]).toEqual([
    [1, 1, 2, 2],
    [4, 9, -5, 0],
  ]);
  const slope = await numbers(grad(pooled.sum(), x));
  expect(slope).toEqual([0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0.25, 0.25, 0, 0, 0, 0.25, 0.25, 0, 0, 0, 0, 0, 0]);
});

test("activations without parameters apply their function", async () => {
  const x = tensor([-2, 0, 1]);
  const values = async (module: Module) => numbers(module.apply({}, x));
  expect(await values(leakyRelu(0.25))).toEqual([-0.5, 0, 1]);
  expect((await values(relu())).map(Math.abs)).toEqual([0, 0, 1]);
  const close = (wanted: number[]) => wanted.map((value) => expect.closeTo(value, 5) as number);
  expect(await values(tanh())).toEqual(close([-0.9640276, 0, 0.7615942]));
  expect(await values(sigmoid())).toEqual(close([0.1192029, 0.5, 0.7310586]));
  expect(await values(silu())).toEqual(close([-0.2384058, 0, 0.7310586]));
  expect(await values(softplus())).toEqual(close([0.126928, 0.6931472, 1.3132617]));
});

test("flatten makes one row of each item", () => {
  expect(flatten().apply({}, tensor([[[1, 2]], [[3, 4]], [[5, 6]]])).shape).toEqual([3, 2]);
});

test("sequential applies its modules in order, each with the parameters at its position", async () => {
  const add = (name: string): Module => ({
    init: () => ({ [name]: tensor([1]) }),
    apply: (parameters, x) => x.add((parameters as Record<string, Tensor>)[name]),
  });
  const double = stateless((x) => x.mul(2));
  const net = sequential(add("a"), double, add("b"), double);
  expect(Object.keys(net.init(key(1)))).toEqual(["0", "2"]);
  expect(await numbers(net.apply({ 0: { a: tensor([10]) }, 2: { b: tensor([-1]) } }, tensor([1])))).toEqual([42]);
});

test("linear agrees with the reference, eager and compiled, and so do its gradients", async () => {
  const layer = linear(5, 3);
  await expectAgreement(
    (x, weight, bias) => {
      const y = layer.apply({ weight, bias }, x);
      return [y, ...grad(y.square().sum(), [x, weight, bias])];
    },
    [draw(1, [4, 5]), draw(2, [3, 5]), draw(3, [3])],
  );
});

test("conv2d agrees with the reference, eager and compiled, and so do its gradients", async () => {
  const layer = conv2d(2, 3, 4, { stride: 2, padding: 1 });
  await expectAgreement(
    (x, weight, bias) => {
      const y = layer.apply({ weight, bias }, x);
      return [y, ...grad(y.square().sum(), [x, weight, bias])];
    },
    [draw(4, [2, 2, 7, 6]), draw(5, [3, 2, 4, 4]), draw(6, [3])],
  );
});

test("maxPool2d agrees with the reference, eager and compiled, and so does its gradient", async () => {
  await expectAgreement(
    (x) => {
      const y = maxPool2d(2).apply({}, x);
      return [y, grad(y.square().sum(), x)];
    },
    [draw(7, [2, 3, 5, 4])],
  );
});
