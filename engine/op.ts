/** What an op is: declared once, run three ways (eager, compiled, reference). */

import type { Target } from "./device/target.ts";
import type { Choice } from "./form.ts";
import type { DType, HostArray } from "./hostArray.ts";
import type { Position } from "./position.ts";
import type { Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Settings of one use of an op, fixed when it is traced. */
export type Attributes = object;

/** What an op will produce. */
export interface Signature {
  shape: Shape;
  dtype: DType;
}

/** A scalar of the reference: a number, or the two words of a key. */
export type Scalar = number | readonly [number, number];

/** The gradient towards one input, written with differentiable ops; `null` where there is none. */
export type Vjp<A extends Attributes = Attributes> = {
  vjp(dy: Tensor, inputs: readonly Tensor[], y: Tensor, attributes: A): Tensor | null;
}["vjp"];

interface Declared<A extends Attributes> {
  readonly name: string;
  /** Shape and type of the result. Throws a RangeError or TypeError that names the operands. */
  infer(inputs: readonly Tensor[], attributes: A): Signature;
  /** One gradient per input, or one rule for any input; absent where the op has no gradient. */
  readonly vjp?:
    readonly Vjp<A>[] | { towards(input: number, dy: Tensor, node: Tensor, attributes: A): Tensor | null }["towards"];
}

/** A tensor that comes from elsewhere: a constant, an argument, a buffer, an index. */
export interface SourceOp<A extends Attributes = Attributes> extends Declared<A> {
  readonly kind: "source";
}

/** One scalar function of the elements at the same position of every input. */
export interface ElementwiseOp<A extends Attributes = Attributes> extends Declared<A> {
  readonly kind: "elementwise";
  /** The expression, with the inputs named `x`, `y`, `z` in order. */
  readonly wgsl: string;
  f64(this: void, ...values: Scalar[]): Scalar;
  /** The same modulo 2³², where float64 would round before the remainder is taken. */
  readonly u32?: (...values: number[]) => number;
  /** About how many arithmetic instructions it takes; steers fusion. */
  readonly cost: number;
}

/** Where a movement op reads: the first alternative that holds, else the fill value. */
export interface Reading<I, C> {
  alternatives: { when: C | null; input: number; position: Position<I, C> }[];
  fill?: number;
}

/** Copies elements from other positions; it computes nothing. */
export interface MovementOp<A extends Attributes = Attributes> extends Declared<A> {
  readonly kind: "movement";
  read<I, C>(
    position: Position<I, C>,
    shapes: readonly Shape[],
    attributes: A,
    valueOf: (input: number, position: Position<I, C>) => I,
  ): Reading<I, C>;
}

/** How a kernel is started: a shader, its sizes and overrides, its inputs in order of binding, and the grid of workgroups. */
export interface Launch {
  shader: string;
  /** The entry point; `main` unless named. */
  entry?: string;
  /** Overrides of the shader that each dispatch is given, so that products and convolutions of all sizes share a pipeline. */
  sizes?: Record<string, number>;
  /** Overrides that the pipeline is compiled for. */
  overrides: Record<string, number>;
  /** Constants of the shader that cannot be overrides, `const SG = 8u`, and their values here. */
  constants?: Record<string, number>;
  /** Where the kernel has several forms: which one this is. */
  choice?: Choice;
  inputs: readonly Tensor[];
  groups: readonly [number, number, number];
  flops: number;
}

/** A hand-written kernel with loops of its own. */
export interface KernelOp<A extends Attributes = Attributes> extends Declared<A> {
  readonly kind: "kernel";
  /** Plain loops in float64. */
  reference(inputs: readonly ReferenceArray[], attributes: A, result: Signature): Float64Array;
  launch(node: Tensor, inputs: readonly Tensor[], attributes: A, target: Target): Launch;
}

/** A sum, maximum … over some axes; its input may be an expression computed on the fly. */
export interface ReduceOp<A extends Attributes = Attributes> extends Declared<A> {
  readonly kind: "reduce";
  readonly combine: { wgsl: string; identity: number; f64(this: void, a: number, b: number): number };
}

/** Rows written into a copy of the first input, or into that input itself where it is no longer needed. */
export interface UpdateOp<A extends Attributes = Attributes> extends Declared<A> {
  readonly kind: "update";
  reference(inputs: readonly ReferenceArray[], attributes: A, result: Signature): Float64Array;
  launch(node: Tensor, inputs: readonly Tensor[], attributes: A): Launch;
}

/** A program that runs n times, feeding its results back to itself. */
export interface LoopOp<A extends Attributes = Attributes> extends Declared<A> {
  readonly kind: "loop";
}

/** One of the results of a loop. */
export interface PickOp<A extends Attributes = Attributes> extends Declared<A> {
  readonly kind: "pick";
}

export type Op<A extends Attributes = Attributes> =
  SourceOp<A> | ElementwiseOp<A> | MovementOp<A> | KernelOp<A> | ReduceOp<A> | UpdateOp<A> | LoopOp<A> | PickOp<A>;

/** A tensor of the reference: float64, a key taking two entries per element. */
export interface ReferenceArray {
  dtype: DType;
  shape: Shape;
  data: Float64Array;
}

/** Anything that can be made a tensor of known content. */
export type { HostArray };
