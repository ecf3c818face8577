/**
 * Random numbers as ops: elementwise functions of a key and an index, so they cost no memory and fuse into what reads
 * them. The same key gives the same numbers on every device and in the reference, bit for bit.
 */

import { normalFromBits } from "../random/normal.ts";
import { permute } from "../random/permutation.ts";
import { foldIn as foldWords, keyOf, randomBits, split as splitWords, type Key as Words } from "../random/threefry.ts";
import { bernoulliFromBits, randomIndex as indexFromBits, uniformFromBits } from "../random/uniform.ts";
import type { DType } from "../hostArray.ts";
import type { ElementwiseOp } from "../op.ts";
import { expectFloats } from "../expect.ts";
import { showShape, type Shape } from "../shape.ts";
import { apply, type Operand, type Tensor } from "../tensor.ts";
import { asTensor, elementwise } from "./declare.ts";
import { expandDims, sliceAxis } from "./arrange.ts";
import { lessEqual, minimum, toIndex, where } from "./elementwise.ts";
import { broadcast } from "./movement.ts";
import { sum } from "./reduce.ts";
import { take } from "./rows.ts";
import { cumsum } from "./scan.ts";
import { constant, constantOp, iota } from "./sources.ts";

/** A tensor of type `key`: the name of a stream of random numbers. */
export type Key = Tensor;

const random = (
  name: string,
  wgsl: string,
  operands: readonly DType[],
  dtype: DType,
  f64: (...values: never[]) => number | readonly number[],
): ElementwiseOp => elementwise(name, { wgsl, operands, dtype, cost: 60, f64: f64 as never });

const foldOp = random("foldIn", "foldIn(x, y)", ["key", "u32"], "key", (key: Words, data: number) =>
  foldWords(key, data),
);
const splitOp = random(
  "split",
  "threefry2x32(x, vec2u(y, FOR_SPLIT))",
  ["key", "u32"],
  "key",
  (key: Words, i: number) => splitWords(key, i),
);
const bitsOp = random(
  "bits",
  "threefry2x32(x, vec2u(y, FOR_ELEMENT)).x",
  ["key", "u32"],
  "u32",
  (key: Words, i: number) => randomBits(key, i),
);
const uniformOp = random("uniform", "uniformFromBits(x)", ["u32"], "f32", uniformFromBits);
const normalOp = random("normal", "normalFromBits(x)", ["u32"], "f32", normalFromBits);
const indexOp = random("randomIndex", "randomIndex(x, y)", ["u32", "u32"], "u32", indexFromBits);
const bernoulliOp = random("bernoulli", "bernoulliFromBits(x, y)", ["u32", "f32"], "bool", bernoulliFromBits);
const permuteOp = random("permute", "permute(x, y, z)", ["key", "u32", "u32"], "u32", permute);

/** The key of a seed, an integer in [0, 2⁵³). */
export const key = (seed: number): Key => apply(constantOp, [], { value: keyOf(seed), dtype: "key" });

/**
 * The key for a number of the caller's own, such as a step: an integer in [0, 2³²) or a u32 scalar. Of a known key and a
 * known number it is known at once, so that a long chain of keys is no long program.
 */
export function foldIn(parent: Key, data: Tensor | number): Key {
  const word = asTensor(data, "u32");
  if (isKnown(parent) && isKnown(word) && parent.dtype === "key" && word.dtype === "u32")
    return apply(constantOp, [], { value: foldWords(valueOf(parent) as Words, valueOf(word) as number), dtype: "key" });
  return apply(foldOp, [parent, word.dtype === "f32" ? word.toIndex() : word]);
}

const isKnown = ({ op }: Tensor): boolean => op === (constantOp as unknown);
const valueOf = ({ attributes }: Tensor): unknown => (attributes as { value: unknown }).value;

/** `count` keys that have nothing in common with each other or with their parent: key [count]. */
export const split = (parent: Key, count: number): Key => apply(splitOp, [broadcast(parent, [count]), iota([count])]);

/** Uniform 32-bit words: u32, shape as given. */
export const bits = (from: Key, shape: Shape): Tensor => apply(bitsOp, [broadcast(from, shape), iota(shape)]);

/** Uniform on [low, high), in steps of (high − low) · 2⁻²⁴. */
export function uniform(from: Key, shape: Shape, low = 0, high = 1): Tensor {
  const unit = apply(uniformOp, [bits(from, shape)]);
  return low === 0 && high === 1 ? unit : unit.mul(high - low).add(low);
}

/** Standard normal, from a table of quantiles; |z| ≤ 6.17. */
export const normal = (from: Key, shape: Shape): Tensor => apply(normalOp, [bits(from, shape)]);

/** Integers uniform on [0, n), with replacement: u32. */
export const randomIndex = (from: Key, shape: Shape, n: number): Tensor =>
  apply(indexOp, [bits(from, shape), broadcast(constant(n, "u32"), shape)]);

/**
 * Truth values that hold with probability `p`, a number or a tensor that stretches to the shape: never where it is 0, always
 * where it is 1, and in between in steps of 2⁻³². Throws a RangeError for a number outside [0, 1].
 */
export function bernoulli(from: Key, shape: Shape, p: Operand): Tensor {
  if (typeof p === "number" && !(p >= 0 && p <= 1))
    throw new RangeError(`bernoulli: a probability is in [0, 1], got ${p}`);
  return apply(bernoulliOp, [bits(from, shape), broadcast(asTensor(p), shape)]);
}

/**
 * x with each element zero with probability `rate`, in [0, 1), and the others scaled by 1 / (1 − rate), so that the mean stays
 * what it was (Srivastava et al. 2014). Without dropping it is x itself.
 */
export function dropout(from: Key, x: Tensor, rate: number): Tensor {
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`dropout: the rate is in [0, 1), got ${rate}`);
  return rate === 0 ? x : where(bernoulli(from, x.shape, 1 - rate), x.mul(1 / (1 - rate)), 0);
}

/**
 * Classes drawn with probabilities in proportion to `weights [..., c]`, which are not negative and do not sum to 0 in any row:
 * u32, one per row; or of any shape to which the leading axes of `weights` stretch. A class is where a uniform number, times
 * the sum of weights, falls among their running sums, all f32: nothing but additions, products and comparisons, the same on
 * every adapter that rounds to nearest. A class with weight 0 is never drawn; probabilities are multiples of 2⁻²⁴.
 */
export function categorical(from: Key, weights: Tensor, shape: Shape = weights.shape.slice(0, -1)): Tensor {
  expectFloats("categorical", [weights]);
  const classes = weights.shape.at(-1) ?? 0;
  if (classes === 0) throw new RangeError(`categorical: no classes in weights of ${showShape(weights.shape)}`);
  const sums = cumsum(weights, -1);
  const reach = expandDims(uniform(from, shape), -1).mul(sliceAxis(sums, -1, [-1]));
  return minimum(sum(toIndex(lessEqual(sums, reach)), -1), classes - 1);
}

/** The first `count` places of a permutation of 0 … n − 1. */
const permuted = (from: Key, n: number, count: number): Tensor =>
  apply(permuteOp, [broadcast(from, [count]), iota([count]), broadcast(constant(n, "u32"), [count])]);

/** The integers 0 … n − 1 in a random order: u32 [n]. */
export const permutation = (from: Key, n: number): Tensor => permuted(from, n, n);

/** The rows of x in a random order. */
export const shuffle = (from: Key, x: Tensor): Tensor => take(x, permutation(from, x.shape[0]));

/**
 * `count` integers from [0, n): distinct ones, the start of a random permutation; or with `replace` each drawn from all of
 * them. Throws a RangeError when there are too few.
 */
export function choice(from: Key, n: number, count: number, { replace = false }: { replace?: boolean } = {}): Tensor {
  if (n === 0 && count > 0) throw new RangeError(`choice: ${count} indices out of none`);
  if (replace) return randomIndex(from, [count], n);
  if (count > n) throw new RangeError(`choice: ${count} distinct indices out of ${n}`);
  return permuted(from, n, count);
}
