/** Programs of random steps: each an op of values made before. All values are [3, 4] and of moderate size. */

import * as ops from "../ops/index.ts";
import { threefry2x32 } from "../random/threefry.ts";
import type { Tensor } from "../tensor.ts";

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
  logSumExp: (x, y) => x.logSumExp(0).sub(y),
};

/** Steps with a kink, where a finite difference could stumble. */
const kinked: typeof smooth = {
  leakyRelu: (x) => ops.leakyRelu(x, 0.2),
  maximum: (x, y) => x.maximum(y),
  abs: (x) => x.abs(),
  clamp: (x) => x.clamp(-1, 1),
  max: (x, y) => x.max(1, { keepDims: true }).sub(y),
  where: (x, y) => ops.where(x.greater(y), y.mul(0.5), x),
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
