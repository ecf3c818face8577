/** Programs of random steps: each an op of values made before. All values are [3, 4] and of moderate size. */

import * as ops from "../ops/index.ts";
import { threefry2x32 } from "../random/threefry.ts";
import type { Tensor } from "../tensor.ts";

const image = (x: Tensor): Tensor => x.reshape([1, 1, 3, 4]);
const flat = (x: Tensor): Tensor => x.reshape([3, 4]);
const kernel = (x: Tensor): Tensor =>
  x
    .reshape([12])
    .slice([[0, 9]])
    .reshape([1, 1, 3, 3])
    .mul(0.2);
/** Rows 0, 2, 4 …, of which some lie beyond the last. */
const twoApart = (count: number): Tensor => ops.iota([count]).mul(2);

/** What a step does with two values; the result has their shape. */
const smooth: Record<string, (x: Tensor, y: Tensor) => Tensor> = {
  add: (x, y) => x.add(y),
  sub: (x, y) => x.sub(y.mul(0.5)),
  mul: (x, y) => x.mul(y).mul(0.5),
  div: (x, y) => x.div(y.square().add(1)),
  neg: (x) => x.neg(),
  exp: (x) => x.tanh().exp(),
  log: (x) => x.square().add(1).log(),
  sqrt: (x) => x.square().add(1).sqrt(),
  square: (x) => x.square().mul(0.3),
  tanh: (x) => x.tanh(),
  sigmoid: (x) => x.sigmoid(),
  softplus: (x) => x.softplus(),
  silu: (x) => x.silu(),
  erf: (x) => x.erf(),
  transpose: (x, y) => x.transpose().reshape([3, 4]).add(y),
  slice: (x, y) => ops.concat([x.slice([[1, 3]]), y.slice([[0, 1]])], 0),
  pad: (x, y) =>
    ops
      .pad(x.slice([null, [0, 4, 2]]), [
        [0, 0],
        [1, 1],
      ])
      .sub(y),
  rows: (x, y) => x.sum(1, { keepDims: true }).mul(0.3).add(y),
  columns: (x, y) => x.mean(0).sub(y),
  total: (x, y) => x.mean().mul(y),
  matmul: (x, y) => ops.matmul(ops.matmul(x, y.mul(0.3), { transposeB: true }), x.mul(0.3)),
  softmax: (x) => x.softmax(1),
  logSoftmax: (x) => x.logSoftmax(0).mul(0.5),
  logSumExp: (x, y) => x.logSumExp(0).sub(y),
  prod: (x, y) => x.sigmoid().prod(1, { keepDims: true }).add(y),
  variance: (x, y) => x.tanh().variance(0, { keepDims: true }).sub(y),
  cumsum: (x, y) => x.cumsum(1).mul(0.3).sub(y),
  gelu: (x) => x.gelu(),
  expm1: (x) => x.tanh().expm1(),
  pow: (x, y) => x.square().add(1).pow(y.tanh()),
  powInteger: (x) => x.tanh().pow(3),
  arrange: (x, y) => x.flip(1).sub(y.roll(1, 0)),
  tril: (x, y) => x.tril(1).add(y),
  take: (x, y) => x.take(twoApart(3)).mul(y).mul(0.5),
  put: (x, y) => x.put(twoApart(2), y.slice([[0, 2]])),
  putAdd: (x, y) => x.putAdd(twoApart(3), y.mul(0.5)),
  einsum: (x, y) => ops.einsum("ik,kj->ij", ops.einsum("ij,kj->ki", x.tanh(), y.mul(0.3)), x.mul(0.3)),
  conv2d: (x, y) => flat(ops.conv2d(image(x), kernel(y), { padding: 1 })),
  avgPool2d: (x, y) => flat(ops.avgPool2d(image(x), 3, { stride: 1, padding: 1, countPadding: false })).sub(y),
  resize: (x) => flat(ops.resizeBilinear(ops.resizeNearest(image(x), [6, 2]), [3, 4], { convention: "halfPixel" })),
};

/** Steps with a kink, where a finite difference could stumble. */
const kinked: typeof smooth = {
  leakyRelu: (x) => ops.leakyRelu(x, 0.2),
  maximum: (x, y) => x.maximum(y),
  abs: (x) => x.abs(),
  clamp: (x) => x.clamp(-1, 1),
  max: (x, y) => x.max(1, { keepDims: true }).sub(y),
  where: (x, y) => ops.where(x.greater(y), y.mul(0.5), x),
  elu: (x) => x.elu(),
  maxPool2d: (x, y) => flat(ops.maxPool2d(image(x), [1, 3], { stride: 1, padding: [0, 1] })).sub(y),
  sort: (x, y) => x.sort().add(y),
  gather: (x, y) => x.gather(1, y.argsort()),
};

export const steps = { ...smooth, ...kinked };

/** A program as data: each step an op and how far back its two operands lie. */
export interface RandomProgram {
  steps: readonly (readonly [op: string, x: number, y: number])[];
}

/** How many inputs a program has, of shape [3, 4]. */
export const INPUTS = 2;

/** The program of a seed: 1 to `longest` steps. */
export function drawProgram(seed: number, longest = 6): RandomProgram {
  const names = Object.keys(steps);
  const below = (n: number, at: number) => Math.floor((threefry2x32([seed, 1], [at, 0])[0] / 2 ** 32) * n);
  const count = 1 + below(longest, 0);
  return {
    steps: Array.from({ length: count }, (_, i) => [
      names[below(names.length, 3 * i + 1)],
      below(10, 3 * i + 2),
      below(10, 3 * i + 3),
    ]),
  };
}

/** The last value of a program; operands are counted back from the latest. */
export function run({ steps: list }: RandomProgram, inputs: readonly Tensor[]): Tensor {
  const values = [...inputs];
  const back = (distance: number) => values[values.length - 1 - (distance % values.length)];
  for (const [name, x, y] of list) values.push(steps[name as keyof typeof steps](back(x), back(y)));
  return values.at(-1)!;
}
