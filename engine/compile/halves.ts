/**
 * Half precision: which of its own tensors a plan keeps in f16, where it was asked to.
 *
 * A kernel bound by memory takes half as long over half the bytes. What is loaded is widened at once and rounded, to the nearest,
 * when it is stored, so all arithmetic and all sums stay f32; an f16 has 11 bits and magnitudes from 6 · 10⁻⁸ to 65 504.
 */

import { inOrder } from "../graph.ts";
import type { Op } from "../op.ts";
import { conv2dWeightOp } from "../ops/conv2d.ts";
import { customOp } from "../ops/custom.ts";
import type { Body } from "../ops/loop.ts";
import { matmulOp, type MatmulOptions } from "../ops/matmul.ts";
import { broadcastOp } from "../ops/movement.ts";
import { cumsumOp } from "../ops/scan.ts";
import type { Tensor } from "../tensor.ts";
import { baseOf, movesNothing } from "./fuse.ts";

/** How a plan keeps its own f32 tensors: all as they are, or in f16 those that bear it (`halvesOf`). */
export type StoredAs = "f32" | "f16";

/** Tensors that are kept in f16, if they are stored at all. */
export type Halves = ReadonlySet<Tensor>;

/** None, as in plans that nobody asked for halves. */
export const noHalves: Halves = new Set();

/**
 * The principle: f16 is for what **flows through a net**, what its products and convolutions give, forwards and backwards, and
 * functions of that. Initialisation and normalisation keep it near 1, it is made anew at every run, and each of it is one of many terms of
 * a sum. All else stays f32, each kind for a reason:
 *
 * - what the caller gives and gets, what a loop hands on, and expressions of them, element by element: parameters, moments and chains, to
 *   which small steps are added; data and noise, which no kernel has made;
 * - sums, running sums and extremes, and what has one number per item or channel: gradients of weights, energies, log-densities,
 *   acceptances, moments of a norm. They are few, and small differences of them decide;
 * - what is compared with something that varies, or an extreme is taken of: rounding makes ties, and the exponential that follows most
 *   extremes makes a share of logits an error of their size;
 * - what rows are read from or put into by an `update`, word for word;
 * - what has fewer than `least` elements.
 *
 * Slopes have the size of what is differentiated: those of a mean over many items may be below what f16 holds, those of the items' sum are
 * not. Which tensors are among these depends on the graph alone, not on what is fused; those of loops' bodies are.
 */
export function halvesOf(outputs: readonly Tensor[], boundary: ReadonlySet<Tensor>, least: number): Halves {
  const levels = levelsOf(outputs, boundary);
  const exact = new Set(levels.flatMap(({ results, own }) => [...results.map(baseOf), ...own.flatMap(exactly)]));
  const roles = new Map<Tensor, Role>();
  const halves = new Set<Tensor>();
  for (const node of levels.flatMap(({ own }) => own)) {
    const role = roleOf(node, roles);
    roles.set(node, role);
    const large = node.size >= least && node.shape.filter((extent) => extent > 1).length >= 2;
    if (role === "flowing" && large && !movesNothing(node) && !exact.has(node)) halves.add(node);
  }
  return halves;
}

/** A program and the bodies of its loops, each with what it computes, what it reads first. */
function levelsOf(
  results: readonly Tensor[],
  given: ReadonlySet<Tensor>,
): { results: readonly Tensor[]; own: readonly Tensor[] }[] {
  const own = inOrder(results, (node) => !given.has(node)).filter((node) => !given.has(node));
  const bodies = own.flatMap(({ op, attributes }) => (op.kind === "loop" ? [(attributes as { body: Body }).body] : []));
  return [
    { results, own },
    ...bodies.flatMap(({ results, captured, carried }) => levelsOf(results, new Set([...captured, ...carried]))),
  ];
}

/** `flowing` through a net; `spread` over it, such as a bias, a mean or a mask, without being as large; anything else. */
type Role = "flowing" | "spread" | "other";

/** What a tensor is; of a placeholder, and of what a loop gives, nothing is known. */
function roleOf(node: Tensor, roles: ReadonlyMap<Tensor, Role>): Role {
  const { op, inputs, dtype } = node;
  const known = (input: Tensor): Role => (isNumber(input) ? "spread" : (roles.get(input) ?? "other"));
  if (dtype !== "f32") return "other";
  if (op.kind === "kernel") return sumsUp(node) ? "other" : "flowing";
  if (op.name === "toFloat") return "spread";
  if (movesNothing(node) || op === (customOp as Op)) return known(inputs[0]);
  if (op === broadcastOp) return node.size > inputs[0].size ? "spread" : known(inputs[0]);
  if (op.kind !== "elementwise" && op.kind !== "movement") return "other";
  const of = new Set(inputs.filter((input) => input.dtype === "f32").map(known));
  return of.has("other") || of.size === 0 ? "other" : of.has("flowing") ? "flowing" : "spread";
}

/** Whether the results of a kernel are sums over the items of a batch, as gradients of weights are, or along an axis. */
const sumsUp = ({ op, attributes }: Tensor): boolean =>
  op === conv2dWeightOp || op === cumsumOp || (op === matmulOp && (attributes as MatmulOptions).transposeA === true);

/** The tensors that a node asks to be what they are, to the bit. */
function exactly({ op, inputs, dtype, attributes }: Tensor): Tensor[] {
  if (op.kind === "update") return inputs.map(baseOf);
  if (op.kind === "loop") return inputs.slice(0, (attributes as { body: Body }).body.carried.length).map(baseOf);
  if (op.kind === "reduce") return op.combine.identity === 0 ? [] : inputs.flatMap(sourcesOf);
  const compares = op.kind === "elementwise" && (dtype !== "f32" || op.name === "share");
  const floats = inputs.filter((input) => input.dtype === "f32");
  // Rounding changes no sign, nor on which side of a number nearly all elements lie: relu's mask may be asked of a half.
  if (!compares || (floats.length === 2 && floats.some(isNumber))) return [];
  return floats.flatMap(sourcesOf);
}

const isNumber = (node: Tensor): boolean =>
  node.op.kind === "movement" ? isNumber(node.inputs[0]) : node.op.kind === "source" && node.size === 1;

/** The tensors whose elements movements carry to a node. */
const sourcesOf = (node: Tensor): Tensor[] =>
  node.op.kind === "movement" ? node.inputs.filter(({ dtype }) => dtype === "f32").flatMap(sourcesOf) : [node];
