/** Algebra: nodes that a simpler one can stand for, and kernels cut so that a GPU is kept busy. */

import { sliceAxis } from "../ops/arrange.ts";
import { asProduct, asProductAtPlaces, conv2dInputOp, conv2dOp, conv2dWeightOp } from "../ops/conv2d.ts";
import { customOp } from "../ops/custom.ts";
import { add, maximum, minimum, stopOp } from "../ops/elementwise.ts";
import { asElementwise, matmulOp } from "../ops/matmul.ts";
import { broadcast, broadcastOp, pad, reshape, reshapeOp, transpose, transposeOp } from "../ops/movement.ts";
import { sum } from "../ops/reduce.ts";
import { cumsum, cumsumOp } from "../ops/scan.ts";
import { constantOp } from "../ops/sources.ts";
import { tilesOf } from "../grid.ts";
import type { Op } from "../op.ts";
import { sameShape, sizeOf } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";

/** One step of simplification; its results are not looked at again, so each rule leaves nothing for the others. */
export function simplify(node: Tensor): Tensor {
  const { op, inputs } = node;
  const [x, y] = inputs;
  if (op === stopOp || op === (customOp as Op)) return x;
  if (op === matmulOp) return asElementwise(node) ?? node;
  if (op === conv2dOp) return asProduct(node) ?? node;
  if (op === conv2dInputOp) return asProduct(node) ?? asProductAtPlaces(node) ?? node;
  if (op === conv2dWeightOp) return asProduct(node) ?? splitWeightGradient(node);
  if (op.kind === "reduce") return byPairs(node) ?? splitReduction(node);
  if (op === (cumsumOp as Op)) return splitScan(node);
  if (op === reshapeOp && sameShape(x.shape, node.shape)) return x;
  if (op === reshapeOp && x.op === reshapeOp) return reshape(x.inputs[0], node.shape);
  if (op === broadcastOp && x.op === broadcastOp) return broadcast(x.inputs[0], node.shape);
  if (op === transposeOp && x.op === transposeOp) return transposedTwice(node);
  if ((op.name === "mul" || op.name === "div") && isConstant(y, 1)) return x;
  if (op.name === "mul" && isConstant(x, 1)) return y;
  if ((op.name === "add" || op.name === "sub") && isConstant(y, 0)) return x;
  if (op.name === "add" && isConstant(x, 0)) return y;
  if (op.name === "neg" && x.op === op) return x.inputs[0];
  return node;
}

/** Whether every element is known to be one number. */
export function isConstant(node: Tensor, value: number): boolean {
  if (node.op === broadcastOp || node.op === reshapeOp) return isConstant(node.inputs[0], value);
  return node.op === (constantOp as Op) && (node.attributes as { value: unknown }).value === value;
}

function transposedTwice(node: Tensor): Tensor {
  const inner = node.inputs[0];
  const outerAxes = (node.attributes as { axes: readonly number[] }).axes;
  const innerAxes = (inner.attributes as { axes: readonly number[] }).axes;
  return transpose(
    inner.inputs[0],
    outerAxes.map((axis) => innerAxes[axis]),
  );
}

/** Whether a node adds, so that zeros among its terms change nothing. */
const isSum = ({ op }: Tensor): boolean => op.kind === "reduce" && op.combine.identity === 0;

/** Terms up to which a reduction is an expression like any other, such as a sum over the coordinates of a point. */
const FEW = 4;

/** A sum or an extreme of a few neighbours by ops of two numbers, which fuse into what asks for it; null for others. */
function byPairs(node: Tensor): Tensor | null {
  const [x] = node.inputs;
  const { axes } = node.attributes as { axes: readonly number[] };
  const extent = x.shape[axes[0]];
  const isLast = axes.length === 1 && axes[0] === x.rank - 1;
  if (node.dtype !== "f32" || !isLast || extent < 2 || extent > FEW) return null;
  const join = { sum: add, max: maximum, min: minimum }[node.op.name]!;
  const terms = Array.from({ length: extent }, (_, at) => reshape(sliceAxis(x, axes[0], [at, at + 1]), node.shape));
  return terms.reduce((a, b) => join(a, b));
}

/** Threads that keep a GPU busy; below that a long sum is worth cutting. */
const BUSY = 4096;

/** The shortest sum worth a thread of its own. */
const SHORTEST = 32;

/** A long reduction with few results in two stages, the first with a thread per part. */
function splitReduction(node: Tensor): Tensor {
  const [x] = node.inputs;
  const { axes } = node.attributes as { axes: readonly number[] };
  const count = sizeOf(axes.map((axis) => x.shape[axis]));
  const parts = Math.min(Math.ceil(BUSY / Math.max(node.size, 1)), Math.floor(Math.sqrt(count)));
  if (node.op.kind !== "reduce" || count < 16 * SHORTEST || parts < 2) return node;
  const length = Math.ceil(count / parts);
  if (length * parts !== count && !isSum(node)) return node;
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  // Where the last axis is kept, neighbouring threads take neighbouring columns: what they read lies side by side.
  const byColumns = kept.includes(x.rank - 1);
  const [terms, partial] = byColumns ? [0, [parts, length, node.size]] : [1, [node.size, parts, length]];
  const order = byColumns ? [...axes, ...kept] : [...kept, ...axes];
  const matrix = reshape(transpose(x, order), byColumns ? [count, node.size] : [node.size, count]);
  const widths = [0, 1].map((axis): [number, number] => [0, axis === terms ? length * parts - count : 0]);
  const sums = apply(node.op, [reshape(pad(matrix, widths), partial)], { axes: [terms + 1] });
  return reshape(apply(node.op, [sums], { axes: [terms] }), node.shape);
}

/** Long running sums that are few, as running sums of parts, each on top of all parts before it. */
function splitScan(node: Tensor): Tensor {
  const [x] = node.inputs;
  const { axis, ...order } = node.attributes as { axis: number; reverse: boolean; exclusive: boolean };
  const count = x.shape[axis];
  const parts = Math.min(Math.ceil((BUSY * count) / Math.max(x.size, 1)), Math.floor(Math.sqrt(count)));
  if (count < 16 * SHORTEST || parts < 2) return node;
  const length = Math.ceil(count / parts);
  // Zeros behind the end add nothing, from either side.
  const padded = pad(
    x,
    x.shape.map((_, a) => [0, a === axis ? length * parts - count : 0]),
  );
  const blocks = reshape(padded, x.shape.toSpliced(axis, 1, parts, length));
  const before = cumsum(sum(blocks, axis + 1, { keepDims: true }), axis, { ...order, exclusive: true });
  const y = cumsum(blocks, axis + 1, order).add(before);
  return sliceAxis(reshape(y, padded.shape), axis, [0, count]);
}

/** The weight gradient of a convolution sums over all pixels of a batch but has few results: cut the sum. */
function splitWeightGradient(node: Tensor): Tensor {
  const [, y] = node.inputs;
  const pixels = y.size / y.shape[1];
  const { groups, splits: already } = node.attributes as { groups: number; splits: number };
  const threads = groups * tilesOf(node.shape[0] / groups, sizeOf(node.shape.slice(1)));
  const splits = Math.min(Math.ceil(BUSY / threads), Math.ceil(pixels / (4 * SHORTEST)));
  if (already !== 1 || node.size === 0 || splits < 2) return node;
  const parts = apply(node.op, node.inputs, { ...node.attributes, splits });
  return parts.sum(0);
}
