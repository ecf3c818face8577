/**
 * Fusion: which tensors get a buffer, and which are only expressions inside the kernel that reads them.
 *
 * A cluster is one dispatch. It computes its root: an expression of stored tensors, or a hand-written kernel (the core)
 * followed by an expression of its result (the epilogue). Movement ops and cheap functions are repeated where they are
 * read; what is dear and read by several clusters is stored once.
 */

import { inOrder } from "../graph.ts";
import { argumentOp, constantOp, dataOp, inputOp, iotaOp, iterationOp } from "../ops/sources.ts";
import { reshapeOp } from "../ops/movement.ts";
import type { Op } from "../op.ts";
import { sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

export interface Cluster {
  /** The tensor that the dispatch stores. */
  root: Tensor;
  /** The kernel, reduction, update or loop at its heart; null for a plain expression. */
  core: Tensor | null;
  /** The stored tensors that the core reads as it is written, in order of binding. */
  operands: readonly Tensor[];
  /** The stored tensors that generated expressions read. */
  leaves: readonly Tensor[];
}

/** A graph cut into dispatches, in an order in which they can run. */
export interface Clusters {
  list: readonly Cluster[];
  /** Tensors with a buffer of their own: roots and placeholders. */
  stored: ReadonlySet<Tensor>;
}

/** Arithmetic that may be repeated rather than stored. */
const CHEAP = 4;
/** Arithmetic beyond which an expression is cut, to keep shaders quick to compile. */
const LONG = 400;

/** The tensor whose buffer holds a node's elements: reshaping moves nothing. */
export function baseOf(node: Tensor): Tensor {
  while (node.op === reshapeOp) node = node.inputs[0];
  return node;
}

const uniformSources: readonly unknown[] = [constantOp, argumentOp, iotaOp, iterationOp];
const placeholders: readonly unknown[] = [inputOp, dataOp];

/** Known without reading a buffer: constants, arguments, indices. */
export const isUniformSource = (node: Tensor): boolean => uniformSources.includes(node.op);
/** A buffer from outside. */
export const isPlaceholder = (node: Tensor): boolean => placeholders.includes(node.op);

const isExpression = (op: Op): boolean => op.kind === "elementwise" || op.kind === "movement" || op.kind === "source";

/**
 * Cuts the graph behind `outputs`, as far as the tensors in `boundary`, which have buffers already. No cluster binds more
 * than `mostReads` buffers besides the one it writes.
 */
export function fuse(outputs: readonly Tensor[], boundary: ReadonlySet<Tensor>, mostReads: number): Clusters {
  const order = inOrder(outputs, (node) => !boundary.has(node));
  const demanded = demandedBuffers(order, outputs, boundary);
  for (;;) {
    const clusters = cut(order, demanded, boundary);
    const crowded = clusters.list.find(
      ({ core, operands, leaves }) => core?.op.kind !== "loop" && operands.length + leaves.length > mostReads,
    );
    if (crowded === undefined) return clusters;
    const part = largestPart(crowded, clusters.stored, mostReads);
    if (part === null)
      throw new RangeError(
        `fuse: ${crowded.root.describe()} reads ${crowded.leaves.length} buffers, this adapter binds ${mostReads}`,
      );
    demanded.add(part);
  }
}

/** What must be in a buffer: results, and what kernels read as they are written. */
function demandedBuffers(
  order: readonly Tensor[],
  outputs: readonly Tensor[],
  boundary: ReadonlySet<Tensor>,
): Set<Tensor> {
  const demanded = new Set(outputs.map(baseOf));
  const consumers = consumersOf(order, boundary);
  for (const node of order) {
    const { op, inputs } = node;
    if (boundary.has(node)) continue;
    // The gradient of an extreme asks which elements attain it, so they must be the same bits again: a formula computed
    // in two kernels may be rounded in two ways.
    if (op.kind === "reduce" && op.combine.identity !== 0) {
      const source = sourceOf(inputs[0]);
      if (source.op.kind === "elementwise" && consumers.get(source)!.size > 1) demanded.add(source);
    }
    if (op.kind === "kernel" || op.kind === "update" || op.kind === "loop")
      for (const input of inputs) demanded.add(baseOf(input));
  }
  return demanded;
}

/** The tensor whose elements a row of movements carries. */
function sourceOf(node: Tensor): Tensor {
  while (node.op.kind === "movement") node = node.inputs[0];
  return node;
}

function cut(order: readonly Tensor[], demanded: ReadonlySet<Tensor>, boundary: ReadonlySet<Tensor>): Clusters {
  const consumers = consumersOf(order, boundary);
  const given = (node: Tensor) => boundary.has(node) || isPlaceholder(node);
  const rootOf = epilogues(
    order.filter((node) => !given(node)),
    consumers,
    demanded,
  );
  const coreOf = new Map([...rootOf].map(([core, root]) => [root, core]));
  const stored = new Set<Tensor>([...order.filter(given), ...coreOf.keys(), ...demanded]);
  for (const node of order) if (node.op.kind === "loop" || node.op.kind === "pick") stored.add(node);
  storeShared(order, consumers, stored, rootOf);
  const list = order
    .filter((node) => stored.has(node) && !given(node) && node.op.kind !== "pick")
    .map((root): Cluster => {
      const core = coreOf.get(root) ?? (root.op.kind === "loop" ? root : null);
      const operands = core === null || core.op.kind === "reduce" ? [] : core.inputs.map(baseOf);
      return { root, core, operands, leaves: leavesOf(root, core, stored) };
    });
  return { list, stored };
}

function consumersOf(order: readonly Tensor[], boundary: ReadonlySet<Tensor>): Map<Tensor, Set<Tensor>> {
  const consumers = new Map<Tensor, Set<Tensor>>(order.map((node) => [node, new Set()]));
  for (const node of order) if (!boundary.has(node)) for (const input of node.inputs) consumers.get(input)!.add(node);
  return consumers;
}

/** How far each kernel's epilogue reaches: along single consumers that compute element by element. Core → root. */
function epilogues(
  order: readonly Tensor[],
  consumers: ReadonlyMap<Tensor, ReadonlySet<Tensor>>,
  demanded: ReadonlySet<Tensor>,
): Map<Tensor, Tensor> {
  const rootOf = new Map<Tensor, Tensor>();
  const claimed = new Set<Tensor>();
  for (const core of [...order].reverse()) {
    const { kind } = core.op;
    if (kind !== "kernel" && kind !== "reduce" && kind !== "update") continue;
    let root = core;
    while (kind !== "update" && !demanded.has(root) && consumers.get(root)!.size === 1) {
      const [next] = consumers.get(root)!;
      const follows = (next.op.kind === "elementwise" && sameShape(next.shape, root.shape)) || next.op === reshapeOp;
      if (!follows || claimed.has(next) || next.dtype !== "f32") break;
      claimed.add(next);
      root = next;
    }
    // A reshape at the end would have no buffer of its own.
    rootOf.set(core, baseOf(root));
  }
  return rootOf;
}

/** Adds to `stored` what is too dear to compute in every cluster that reads it. */
function storeShared(
  order: readonly Tensor[],
  consumers: ReadonlyMap<Tensor, ReadonlySet<Tensor>>,
  stored: Set<Tensor>,
  rootOf: ReadonlyMap<Tensor, Tensor>,
): void {
  const cost = costs(order, stored);
  const readers = new Map<Tensor, Set<Tensor>>();
  const epilogueRoots = new Map<Tensor, Tensor>();
  for (const [core, root] of rootOf) for (const node of between(core, root, consumers)) epilogueRoots.set(node, root);
  for (const node of [...order].reverse()) {
    const mine = new Set<Tensor>();
    let stretched = false;
    for (const consumer of consumers.get(node)!) {
      const root = epilogueRoots.get(consumer);
      if (root !== undefined) mine.add(root);
      else if (stored.has(consumer)) mine.add(consumer);
      else for (const reader of readers.get(consumer)!) mine.add(reader);
      stretched ||= consumer.op.kind === "movement" && consumer.size > node.size && node.size > 1;
    }
    readers.set(node, mine);
    if (stored.has(node) || !isExpression(node.op) || epilogueRoots.has(node)) continue;
    if (node.op.kind !== "elementwise") continue;
    const dear = cost.get(node)! > CHEAP && node.size > 1;
    if ((dear && (mine.size > 1 || stretched)) || cost.get(node)! > LONG) stored.add(node);
  }
}

/** The nodes of an epilogue, core and root included. */
function between(core: Tensor, root: Tensor, consumers: ReadonlyMap<Tensor, ReadonlySet<Tensor>>): Tensor[] {
  const path = [core];
  while (path.at(-1) !== root) path.push([...consumers.get(path.at(-1)!)!][0]);
  return path;
}

/** Arithmetic needed for one element of each expression, counted from stored tensors. */
function costs(order: readonly Tensor[], stored: ReadonlySet<Tensor>): Map<Tensor, number> {
  const cost = new Map<Tensor, number>();
  const behind = (node: Tensor) => (stored.has(node) || !isExpression(node.op) ? 0 : cost.get(node)!);
  for (const node of order) {
    const own = node.op.kind === "elementwise" ? node.op.cost : 0;
    cost.set(
      node,
      node.inputs.reduce((total, input) => total + behind(input), own),
    );
  }
  return cost;
}

/** The stored tensors that the expressions of a cluster read. */
function leavesOf(root: Tensor, core: Tensor | null, stored: ReadonlySet<Tensor>): Tensor[] {
  if (root.op.kind === "loop") return [];
  const reached = inOrder([root], (tensor) => inside(tensor, root, core, stored));
  return reached.filter((node) => node !== root && node !== core && stored.has(node));
}

/** Whether the walk from a cluster's root goes on behind a node. */
const inside = (node: Tensor, root: Tensor, core: Tensor | null, stored: ReadonlySet<Tensor>): boolean =>
  node === core ? core.op.kind === "reduce" : node === root || !stored.has(node);

/** The expression inside a crowded cluster that gathers the most buffers in one. */
function largestPart({ root, core }: Cluster, stored: ReadonlySet<Tensor>, most: number): Tensor | null {
  let best: Tensor | null = null;
  let gathered = 1;
  for (const node of inOrder([root], (tensor) => inside(tensor, root, core, stored))) {
    if (node === root || stored.has(node) || !isExpression(node.op)) continue;
    if (core !== null && node !== core && inOrder([node], (tensor) => !stored.has(tensor)).includes(core)) continue;
    const count = leavesOf(node, null, stored).length;
    if (count > gathered && count <= most) [best, gathered] = [node, count];
  }
  return best;
}
