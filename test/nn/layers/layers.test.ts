/** Layers: values worked out by hand, and agreement of eager, compiled and reference. */

import { expect, test } from "vitest";
import { grad, key, ones, tensor, toArray, type Tensor } from "../../../engine/index.ts";
import {
  avgPool2d,
  conv2d,
  convTranspose2d,
  elu,
  embedding,
  flatten,
  gelu,
  globalAvgPool,
  leakyRelu,
  linear,
  logSoftmax,
  maskedLinear,
  maxPool2d,
  pixelShuffle,
  relu,
  sequential,
  sigmoid,
  silu,
  softmax,
  softplus,
  stateless,
  tanh,
  upsampleNearest,
  type Module,
} from "../../../nn/index.ts";
import { draw, drawIndices } from "../../engine/draw.ts";
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

test("maskedLinear has the connections of its mask only", async () => {
  const mask = tensor([
    [1, 0],
    [1, 1],
  ]);
  const weight = tensor([
    [2, 3],
    [4, 5],
  ]);
  const layer = maskedLinear(2, 2, mask);
  expect(await numbers(layer.apply({ weight, bias: tensor([0, 1]) }, tensor([[10, 100]])))).toEqual([20, 541]);
  const slope = grad(layer.apply({ weight }, tensor([[10, 100]])).sum(), weight);
  expect(await numbers(slope)).toEqual([10, 0, 10, 100]);
  expect(() => maskedLinear(3, 2, mask)).toThrow("maskedLinear: expected [2, 3], got f32 [2, 2] from tensor");
});

test("convTranspose2d adds a weighted window for every pixel, and the bias of its output", async () => {
  const x = tensor([[[[1, 2]], [[0, 10]]]]);
  const weight = tensor([
    [
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      [
        [1, 0],
        [0, 0],
      ],
    ],
  ]);
  const apart = convTranspose2d(2, 1, 2, { stride: 2 }).apply({ weight, bias: tensor([100]) }, x);
  expect([apart.shape, await numbers(apart)]).toEqual([
    [1, 1, 2, 4],
    [101, 102, 112, 104, 103, 104, 106, 108],
  ]);
  const overlapping = convTranspose2d(2, 1, 2, { padding: [0, 1] }).apply({ weight }, x);
  expect([overlapping.shape, await numbers(overlapping)]).toEqual([
    [1, 1, 2, 1],
    [14, 10],
  ]);
});

test("convTranspose2d grows at the end by its output padding, which is less than its stride", () => {
  const layer = (outputPadding: number) => convTranspose2d(1, 1, 3, { stride: 2, padding: 1, outputPadding });
  const [x, weight] = [ones([1, 1, 2, 2]), ones([1, 1, 3, 3])];
  expect([0, 1].map((padding) => layer(padding).apply({ weight }, x).shape)).toEqual([
    [1, 1, 3, 3],
    [1, 1, 4, 4],
  ]);
  expect(() => layer(2).apply({ weight }, x)).toThrow(RangeError);
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

test("pools and enlargements are as their names say", async () => {
  const x = tensor([
    [
      [
        [1, 2],
        [3, 6],
      ],
      [
        [0, 0],
        [0, 8],
      ],
    ],
  ]);
  const applied = async (layer: Module, to = x) => {
    const y = layer.apply({}, to);
    return { shape: y.shape, values: await numbers(y) };
  };
  expect(await applied(avgPool2d(2))).toEqual({ shape: [1, 2, 1, 1], values: [3, 2] });
  expect(await applied(globalAvgPool())).toEqual({ shape: [1, 2], values: [3, 2] });
  expect(await applied(upsampleNearest(2), tensor([[[[1, 2]]]]))).toEqual({
    shape: [1, 1, 2, 4],
    values: [1, 1, 2, 2, 1, 1, 2, 2],
  });
  const channels = tensor([[[[1, 5]], [[2, 6]], [[3, 7]], [[4, 8]]]]);
  expect(await applied(pixelShuffle(2), channels)).toEqual({ shape: [1, 1, 2, 4], values: [1, 2, 5, 6, 3, 4, 7, 8] });
});

test("convolutions and norms refuse channels that do not divide into groups", () => {
  expect(() => conv2d(4, 6, 1, { groups: 3 })).toThrow(
    new RangeError("conv2d: 4 channels do not divide into 3 groups"),
  );
  expect(() => convTranspose2d(6, 4, 1, { groups: 3 })).toThrow(
    new RangeError("convTranspose2d: 4 channels do not divide into 3 groups"),
  );
  expect(conv2d(6, 4, 1, { groups: 2 }).init(key(1)).weight.shape).toEqual([4, 3, 1, 1]);
  expect(convTranspose2d(6, 4, 1, { groups: 2 }).init(key(1)).weight.shape).toEqual([6, 2, 1, 1]);
});

test("embedding looks up rows, and a row that is read twice has both gradients", async () => {
  const weight = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const layer = embedding(3, 2);
  const y = layer.apply({ weight }, tensor([[2, 0, 2]], "u32"));
  expect([y.shape, await numbers(y)]).toEqual([
    [1, 3, 2],
    [5, 6, 1, 2, 5, 6],
  ]);
  const factors = tensor([[[1], [10], [100]]]);
  expect(await numbers(grad(y.mul(factors).sum(), weight))).toEqual([10, 10, 0, 0, 101, 101]);
  expect(layer.init(key(1)).weight.shape).toEqual([3, 2]);
});

test("embedding agrees with the reference, and so does its gradient", () =>
  expectAgreement(
    (weight, indices) => {
      const y = embedding(4, 3).apply({ weight }, indices);
      return [y, grad(y.square().sum(), weight)];
    },
    [draw(1, [4, 3]), drawIndices(2, [2, 5], 4)],
  ));

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
  expect(await values(softplus({ beta: 2, threshold: 1 }))).toEqual(close([0.009075, 0.3465736, 1]));
  expect(await values(elu(0.5))).toEqual(close([-0.4323324, 0, 1]));
  expect(await values(gelu())).toEqual(close([-0.0455003, 0, 0.8413447]));
  expect(await values(gelu({ approximate: "tanh" }))).toEqual(close([-0.045402, 0, 0.841192]));
  expect(await values(softmax())).toEqual(close([0.0351191, 0.259496, 0.705385]));
  expect(await values(logSoftmax(0))).toEqual(close([-3.349012, -1.349012, -0.349012]));
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

test("convTranspose2d agrees with the reference, eager and compiled, and so do its gradients", async () => {
  const layer = convTranspose2d(2, 3, 3, { stride: 2, padding: 1, outputPadding: [1, 0] });
  await expectAgreement(
    (x, weight, bias) => {
      const y = layer.apply({ weight, bias }, x);
      return [y, ...grad(y.square().sum(), [x, weight, bias])];
    },
    [draw(4, [2, 2, 3, 2]), draw(5, [2, 3, 3, 3]), draw(6, [3])],
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
