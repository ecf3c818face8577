/** Every op that has a gradient, a row each: how it is called, and on operands drawn from where it is smooth. */

import type { HostArray } from "../hostArray.ts";
import * as ops from "../ops/index.ts";
import type { Tensor } from "../tensor.ts";
import { draw, drawIndices } from "./draw.ts";
import { rows as elementwise } from "./elementwise.ts";

export interface Row {
  call: (...operands: Tensor[]) => Tensor;
  /** Operands drawn anew for every seed, a small whole number. */
  inputs: (seed: number) => HostArray[];
}

/** Operands of these shapes, uniform on [−2, 2). */
const operands =
  (...shapes: number[][]) =>
  (seed: number): HostArray[] =>
    shapes.map((shape, at) => draw(100 * seed + at + 1, shape));

/** One operand and indices of a shape below a bound, which may go beyond the operand; or two operands and these rows. */
const indexed =
  (shape: number[], other: number[], indices: number | number[]) =>
  (seed: number): HostArray[] =>
    typeof indices === "number"
      ? [...operands(shape)(seed), drawIndices(seed, other, indices)]
      : [...operands(shape, other)(seed), { dtype: "u32", shape: [indices.length], data: Uint32Array.from(indices) }];

const pointwise: Record<string, Row> = Object.fromEntries(
  Object.entries(elementwise).flatMap(([name, { call, smooth }]): [string, Row][] =>
    smooth === undefined
      ? []
      : [[name, { call, inputs: (seed) => smooth.map((range, at) => draw(100 * seed + at + 1, [2, 3], ...range)) }]],
  ),
);

const window = { stride: [2, 1], padding: [1, 0], dilation: [1, 2] } as const;

const families: Record<string, Row> = {
  reshape: { call: (x) => x.reshape([3, 2]).square(), inputs: operands([2, 3]) },
  broadcast: { call: (x) => x.broadcast([2, 3, 4]).square(), inputs: operands([3, 1]) },
  transpose: { call: (x) => x.transpose([2, 0, 1]).square(), inputs: operands([2, 3, 2]) },
  slice: {
    call: (x) =>
      x
        .slice([
          [1, 4],
          [0, 5, 2],
        ])
        .square(),
    inputs: operands([4, 5]),
  },
  pad: {
    call: (x) =>
      ops
        .pad(x, [
          [1, 0],
          [0, 2],
        ])
        .square(),
    inputs: operands([2, 3]),
  },
  concat: { call: (x, y) => ops.concat([x, y, x], 1).square(), inputs: operands([2, 3], [2, 1]) },
  squeeze: { call: (x) => ops.squeeze(x).square(), inputs: operands([2, 1, 3]) },
  flatten: { call: (x) => ops.flatten(x, 1).square(), inputs: operands([2, 2, 3]) },
  expandDims: { call: (x) => x.expandDims(1).square(), inputs: operands([2, 3]) },
  stack: { call: (x, y) => ops.stack([x, y, x], 1).square(), inputs: operands([2, 3], [2, 3]) },
  chunk: { call: (x) => ops.chunk(x, [1, 3], 1)[1].square(), inputs: operands([2, 4]) },
  flip: { call: (x) => x.flip(1).mul(x).square(), inputs: operands([2, 3]) },
  roll: { call: (x) => x.roll(2, 1).mul(x).square(), inputs: operands([2, 3]) },
  repeat: { call: (x) => x.repeat(2, 1).square(), inputs: operands([2, 3]) },
  tile: { call: (x) => x.tile(2, 0).square(), inputs: operands([2, 3]) },
  diagonal: { call: (x) => x.diagonal().square(), inputs: operands([2, 3, 4]) },
  reflectPad: {
    call: (x) =>
      ops
        .reflectPad(x, [
          [1, 0],
          [2, 1],
        ])
        .square(),
    inputs: operands([2, 3]),
  },
  tril: { call: (x) => x.tril(-1).square(), inputs: operands([3, 3]) },
  triu: { call: (x) => x.triu().square(), inputs: operands([3, 3]) },
  take: { call: (x, rows) => x.take(rows).square(), inputs: indexed([3, 2], [2, 4], 5) },
  put: { call: (x, y, rows) => x.put(rows, y).square(), inputs: indexed([4, 2], [3, 2], [2, 0, 9]) },
  putAdd: { call: (x, y, rows) => x.putAdd(rows, y).square(), inputs: indexed([3, 2], [5, 2], [2, 0, 2, 9, 2]) },
  indexSelect: { call: (x, rows) => x.indexSelect(1, rows).square(), inputs: indexed([2, 3], [5], 4) },
  gather: { call: (x, index) => x.gather(1, index).square(), inputs: indexed([2, 3, 2], [2, 4, 2], 4) },
  pick: { call: (x, index) => x.pick(index).square(), inputs: indexed([4, 3], [4], 3) },
  sort: { call: (x) => x.sort().mul(x).square(), inputs: operands([2, 4]) },
  topK: { call: (x) => ops.topK(x, 2).values.square(), inputs: operands([2, 4]) },
  sum: { call: (x) => x.square().sum(1), inputs: operands([3, 4, 2]) },
  mean: { call: (x) => x.mean([0, 2], { keepDims: true }).square(), inputs: operands([3, 4, 2]) },
  max: { call: (x) => x.max(1).square(), inputs: operands([3, 5]) },
  min: { call: (x) => x.min().square(), inputs: operands([3, 5]) },
  prod: { call: (x) => x.prod(1), inputs: operands([2, 5]) },
  "prod with factors 0": { call: (x) => x.mul(x.greater(0).toFloat()).prod(0), inputs: operands([3, 2]) },
  variance: { call: (x) => x.variance(1, { correction: 1 }).square(), inputs: operands([2, 4]) },
  norm: { call: (x) => x.norm(1), inputs: operands([2, 3]) },
  sliceAxis: { call: (x) => x.sliceAxis(1, [1, 3]).square(), inputs: operands([2, 4]) },
  cumsum: { call: (x) => x.cumsum(1).square(), inputs: operands([2, 4]) },
  "cumsum of what comes later": {
    call: (x) => x.cumsum(0, { reverse: true, exclusive: true }).square(),
    inputs: operands([3, 2]),
  },
  logSumExp: { call: (x) => x.logSumExp(1), inputs: operands([3, 4]) },
  "logSumExp of everything": { call: (x) => x.logSumExp().square(), inputs: operands([3, 2]) },
  softmax: { call: (x) => x.softmax(0).square(), inputs: operands([3, 4]) },
  logSoftmax: { call: (x) => x.logSoftmax().square(), inputs: operands([2, 4]) },
  matmul: { call: (a, b) => ops.matmul(a, b).square(), inputs: operands([3, 2], [2, 4]) },
  "matmul of aᵀ": { call: (a, b) => ops.matmul(a, b, { transposeA: true }).square(), inputs: operands([2, 3], [2, 4]) },
  "matmul of bᵀ": { call: (a, b) => ops.matmul(a, b, { transposeB: true }).square(), inputs: operands([3, 2], [4, 2]) },
  "matmul of aᵀ and bᵀ": {
    call: (a, b) => ops.matmul(a, b, { transposeA: true, transposeB: true }).square(),
    inputs: operands([2, 3], [4, 2]),
  },
  "matmul of a batch": { call: (a, b) => ops.matmul(a, b).square(), inputs: operands([2, 1, 3, 2], [3, 2, 2]) },
  "matmul of a batch and a matrix": { call: (a, b) => ops.matmul(a, b).square(), inputs: operands([2, 3, 2], [2, 4]) },
  conv2d: { call: (x, w) => ops.conv2d(x, w, window).square(), inputs: operands([2, 2, 4, 5], [3, 2, 2, 2]) },
  conv2dInput: {
    call: (y, w) => ops.conv2dInput(y, w, { ...window, shape: [2, 2, 4, 5] }).square(),
    inputs: operands([2, 3, 3, 3], [3, 2, 2, 2]),
  },
  conv2dWeight: {
    call: (x, y) => ops.conv2dWeight(x, y, { ...window, shape: [3, 2, 2, 2] }).square(),
    inputs: operands([2, 2, 4, 5], [2, 3, 3, 3]),
  },
  windows: {
    call: (x) => ops.windows(x, 2, window).square(),
    inputs: operands([1, 2, 3, 4]),
  },
  "windows side by side": { call: (x) => ops.windows(x, 2, { stride: 2 }).square(), inputs: operands([1, 2, 3, 4]) },
  overlapAdd: {
    call: (y) => ops.overlapAdd(y, { ...window, shape: [1, 2, 3, 4] }).square(),
    inputs: operands([1, 2, 2, 2, 2, 2]),
  },
  maxPool2d: {
    call: (x) => ops.maxPool2d(x, 3, { stride: 2, padding: 1 }).square(),
    inputs: operands([1, 2, 4, 5]),
  },
  avgPool2d: {
    call: (x) => ops.avgPool2d(x, [2, 3], { stride: [1, 2], padding: 1, countPadding: false }).square(),
    inputs: operands([1, 2, 3, 4]),
  },
  resizeNearest: { call: (x) => ops.resizeNearest(x, [5, 2]).square(), inputs: operands([1, 2, 2, 3]) },
  upsampleNearest: { call: (x) => ops.upsampleNearest(x, [2, 3]).square(), inputs: operands([1, 2, 2, 3]) },
  resizeBilinear: {
    call: (x) => ops.resizeBilinear(x, [3, 2], { convention: "halfPixel" }).square(),
    inputs: operands([1, 2, 2, 3]),
  },
  pixelShuffle: { call: (x) => ops.pixelShuffle(x, 2).square(), inputs: operands([1, 4, 2, 1]) },
  pixelUnshuffle: { call: (x) => ops.pixelUnshuffle(x, 2).square(), inputs: operands([1, 1, 4, 2]) },
  einsum: { call: (a, b) => ops.einsum("ibj,jkb->kbi", a, b).square(), inputs: operands([2, 2, 3], [3, 2, 2]) },
  "einsum of a diagonal": { call: (x) => ops.einsum("iij->ji", x).square(), inputs: operands([3, 3, 2]) },
  "conv2d in groups": {
    call: (x, w) => ops.conv2d(x, w, { ...window, groups: 2 }).square(),
    inputs: operands([2, 4, 3, 4], [2, 2, 2, 2]),
  },
  "conv2dInput in groups": {
    call: (y, w) => ops.conv2dInput(y, w, { ...window, groups: 2, shape: [1, 2, 3, 4] }).square(),
    inputs: operands([1, 4, 2, 2], [4, 1, 2, 2]),
  },
  "conv2dWeight in groups": {
    call: (x, y) => ops.conv2dWeight(x, y, { ...window, groups: 2, shape: [4, 1, 2, 2] }).square(),
    inputs: operands([2, 2, 3, 4], [2, 4, 2, 2]),
  },
  convTranspose2d: {
    call: (x, w) => ops.convTranspose2d(x, w, { stride: 2, padding: 1, outputPadding: 1, groups: 2 }).square(),
    inputs: operands([1, 2, 2, 3], [2, 1, 3, 3]),
  },
};

export const rows: Record<string, Row> = { ...pointwise, ...families };

/** Ops whose results do not change when an operand does a little, or that select by index. */
export const withoutGradient: readonly string[] = [
  ...[
    "byteAt",
    "less",
    "lessEqual",
    "greater",
    "greaterEqual",
    "equal",
    "isNan",
    "isFinite",
    "and",
    "or",
    "not",
    "toFloat",
    "toIndex",
  ],
  ...[
    "where",
    "stopGradient",
    "constant",
    "zeros",
    "ones",
    "iota",
    "placeholder",
    "asElementwise",
    "asProduct",
    "asProductAtPlaces",
  ],
  ...["oneHot", "linspace", "argmax", "argmin", "any", "all", "argsort"],
];
