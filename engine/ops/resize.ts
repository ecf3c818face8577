/** Images of another size, by nearest pixel or bilinear, in the three conventions that libraries disagree about. */

import { showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { matmul } from "./matmul.ts";
import { broadcast, reshape, transpose } from "./movement.ts";
import { pair, type Pair } from "./slidingWindow.ts";
import { iota } from "./sources.ts";

/** Where pixel i of `to` lies among `from` pixels: (slope · i + start) / unit, whole numbers that f32 holds exactly. */
interface Places {
  slope: number;
  start: number;
  unit: number;
}

const conventions = {
  // (i + ½) · from / to − ½
  halfPixel: (from: number, to: number): Places => ({ slope: 2 * from, start: from - to, unit: 2 * to }),
  // i · (from − 1) / (to − 1)
  alignCorners: (from: number, to: number): Places => ({ slope: from - 1, start: 0, unit: Math.max(to - 1, 1) }),
  // i · from / to
  tf1: (from: number, to: number): Places => ({ slope: from, start: 0, unit: to }),
};

/**
 * Where a resized pixel lies in the image. `halfPixel`: pixels are areas, centres at ½ (PyTorch's align_corners=False, and
 * TensorFlow 2). `alignCorners`: pixels are points, the outermost stay (align_corners=True). `tf1`: the first stays and
 * distances are scaled (TensorFlow 1, whose FID statistics were computed so).
 */
export type ResizeConvention = keyof typeof conventions;

/** How much of pixel j goes into pixel i, `[to, from]`: a hat of width 1 around where i lies. */
function bilinearWeights(from: number, to: number, convention: ResizeConvention): Tensor {
  const { slope, start, unit } = conventions[convention](from, to);
  const [i, j] = [iota([to, 1]).toFloat(), iota([1, from]).toFloat()];
  const place = i
    .mul(slope)
    .add(start)
    .clamp(0, (from - 1) * unit);
  return place.sub(j.mul(unit)).abs().div(unit).neg().add(1).maximum(0);
}

/** 1 where pixel j is ⌊i · from / to⌋, `[to, from]`. */
function nearestWeights(from: number, to: number): Tensor {
  const [i, j] = [iota([to, 1]).toFloat(), iota([1, from]).toFloat()];
  const beyond = i.mul(from).sub(j.mul(to));
  return beyond.greaterEqual(0).and(beyond.less(to)).toFloat();
}

/** `x [n, c, h, w]` times a matrix along rows and one along columns. Each step takes the last axis and swaps the two. */
function resized(x: Tensor, [rows, columns]: Pair, weights: (from: number, to: number) => Tensor): Tensor {
  const step = (image: Tensor, to: number) =>
    transpose(matmul(image, weights(image.shape[3], to), { transposeB: true }), [0, 1, 3, 2]);
  return step(step(x, columns), rows);
}

function expectImage(where: string, x: Tensor, name: string, numbers: Pair): void {
  if (x.rank !== 4 || x.shape[2] < 1 || x.shape[3] < 1)
    throw new RangeError(`${where}: takes x [n, c, h, w] with pixels, got ${showShape(x.shape)}`);
  if (numbers.some((number) => !Number.isInteger(number) || number < 1))
    throw new RangeError(`${where}: ${name} is rows and columns ≥ 1, got ${showShape(numbers)}`);
}

/** Every pixel `factor` times along rows and columns: `x [n, c, h, w] → [n, c, h · factor, w · factor]`. A movement. */
export function upsampleNearest(x: Tensor, factor: number | Pair): Tensor {
  const [down, across] = pair(factor);
  expectImage("upsampleNearest", x, "factor", [down, across]);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const repeated = broadcast(reshape(x, [n, c, h, 1, w, 1]), [n, c, h, down, w, across]);
  return reshape(repeated, [n, c, h * down, w * across]);
}

/**
 * The pixel at ⌊i · h / rows⌋, ⌊j · w / columns⌋, as PyTorch's interpolate(mode="nearest"):
 * `x [n, c, h, w] → [n, c, rows, columns]`. Multiples of the size are a movement, others matrix products, in
 * which what is not finite spreads along its row and column.
 */
export function resizeNearest(x: Tensor, size: number | Pair): Tensor {
  const [rows, columns] = pair(size);
  expectImage("resizeNearest", x, "size", [rows, columns]);
  const factor = [rows / x.shape[2], columns / x.shape[3]] as const;
  if (factor.every(Number.isInteger)) return upsampleNearest(x, factor);
  return resized(x, [rows, columns], nearestWeights);
}

/**
 * Bilinear interpolation between the four pixels around, clamped at the edges, without antialiasing:
 * `x [n, c, h, w] → [n, c, rows, columns]`. What is not finite spreads along its row and column.
 */
export function resizeBilinear(
  x: Tensor,
  size: number | Pair,
  { convention }: { convention: ResizeConvention },
): Tensor {
  const [rows, columns] = pair(size);
  expectImage("resizeBilinear", x, "size", [rows, columns]);
  if (!(convention in conventions))
    throw new RangeError(
      `resizeBilinear: the convention is one of ${Object.keys(conventions).join(", ")}, got ${String(convention)}`,
    );
  if (rows === x.shape[2] && columns === x.shape[3]) return x;
  return resized(x, [rows, columns], (from, to) => bilinearWeights(from, to, convention));
}
