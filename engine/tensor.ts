/** The tensor: a node of a graph, with a buffer behind it once it has been computed. */

import type { DType } from "./hostArray.ts";
import type { Attributes, Op } from "./op.ts";
import type { Methods } from "./ops/index.ts";
import { presentLabel } from "./labels.ts";
import { showShape, sizeOf, type Shape } from "./shape.ts";
import type { Storage } from "./device/storage.ts";
import { tracing } from "./tracing.ts";

/**
 * How a tensor stands to the device.
 * `symbolic`: part of a program being traced. `lazy`: known from constants alone, computed where it is used.
 * `live`: in a buffer. `view`: elements of other tensors at other positions, read where they are used. `waiting`: an expression of
 * live tensors, computed in the kernel that reads it, or when it is read by itself.
 * `spent`: given up by `dispose`, a scope or donation.
 */
export type TensorState = "symbolic" | "lazy" | "live" | "view" | "waiting" | "spent";

/** What a waiting tensor needs to be computed. */
export interface Waiting {
  /** The live tensors that it reads, and their buffers: held, so that they may be given up before it is computed. */
  reads: ReadonlyMap<Tensor, Storage>;
  /** The arithmetic for one element. */
  cost: number;
}

let created = 0;

/** How many tensors there have been: the id of the next one. */
export const tensorsSoFar = (): number => created;

/** A dense row-major array of one element type. All ops are also methods: `x.add(y)` is `add(x, y)`. */
export class Tensor {
  readonly id = created++;
  /** The part of a program it was made in, such as a layer: `block1.conv2`. Empty outside any. */
  readonly label = presentLabel();
  /** The buffer that holds the elements; null unless `live`. */
  storage: Storage | null = null;
  /** Null unless `waiting`. */
  waiting: Waiting | null = null;
  state: TensorState;

  constructor(
    readonly op: Op,
    readonly inputs: readonly Tensor[],
    readonly attributes: Attributes,
    readonly shape: Shape,
    readonly dtype: DType,
    state: TensorState,
  ) {
    this.state = state;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  get rank(): number {
    return this.shape.length;
  }

  /** `f32 [2, 3] from matmul`, for messages. */
  describe(): string {
    return `${this.dtype} ${showShape(this.shape)} from ${this.op.name}`;
  }
}

/** The ops as methods; engine/ops/methods.ts installs them. */
export interface Tensor extends Methods {}

/** A tensor, or a number that stands for a scalar of the other operand's type. */
export type Operand = Tensor | number;

let eager: ((node: Tensor) => void) | null = null;

/** Sets what is done with an op on live tensors; called by the eager mode when it is loaded. */
export function onEager(call: (node: Tensor) => void): void {
  eager = call;
}

/**
 * Applies an op: part of the program while one is traced; else left to the eager mode where an input is live, or computed later
 * where it costs nothing.
 */
export function apply(op: Op, inputs: readonly Tensor[], attributes: Attributes = {}): Tensor {
  for (const input of inputs)
    if (input.state === "spent")
      throw new ReferenceError(`${op.name}: an operand was disposed or donated before, ${input.describe()}`);
  const { shape, dtype } = op.infer(inputs, attributes);
  const state = stateOf(op, inputs);
  const node = new Tensor(op, inputs, attributes, shape, dtype, state === "live" ? "lazy" : state);
  if (state === "live") {
    if (eager === null) throw new Error(`${op.name}: no device is open; call openDevice() first`);
    eager(node);
  }
  return node;
}

function stateOf(op: Op, inputs: readonly Tensor[]): TensorState {
  const states = new Set(inputs.map((input) => input.state));
  if (states.has("symbolic")) return "symbolic";
  const known = !states.has("live") && !states.has("view") && !states.has("waiting");
  if (op.kind === "source" || op.kind === "movement") return known ? "lazy" : "view";
  if (op.kind === "elementwise" && known) return "lazy";
  return tracing() ? "symbolic" : "live";
}
