/**
 * Fusion: which tensors get a buffer, and which are only expressions inside the kernel that reads them.
 *
 * A cluster is one dispatch. It computes its root: an expression of stored tensors, or a hand-written kernel (the core)
 * followed by an expression of its result (the epilogue). Movement ops and cheap functions are repeated where they are
 * read; what is dear and read by several clusters is stored once.
 */

import { inOrder } from "../graph.ts";
import { againOp } from "../ops/custom.ts";
import { reshapeOp } from "../ops/movement.ts";
import { precedesOp } from "../ops/sort.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

export interface Cluster {
  /** The tensor that the dispatch stores. */
  root: Tensor;
  /** What it stores besides, element by element with the root. */
  besides: readonly Tensor[];
  /** The kernel, reduction, update or loop at its heart; null for a plain expression. */
  core: Tensor | null;
  /** The nodes from the core to the root, both included; empty for a plain expression. */
  epilogue: readonly Tensor[];
  /** The stored tensors that the core reads as it is written, in order of binding. */
  operands: readonly Tensor[];
  /** The stored tensors that generated expressions read. */
  leaves: readonly Tensor[];
}

/** All that a cluster stores. */
export const storedBy = ({ root, besides }: Cluster): readonly Tensor[] => [root, ...besides];

/** A graph cut into dispatches, in an order in which they can run. */
export interface Clusters {
  list: readonly Cluster[];
  /** Tensors with a buffer of their own: roots and placeholders. */
  stored: ReadonlySet<Tensor>;
}

/** Arithmetic that may be repeated rather than stored. */
const CHEAP = 4;
/** Arithmetic on the elements of one stored tensor that may be repeated: reading its result would be a load too. */
const CHEAP_OF_ONE = 16;
/** Arithmetic that may be repeated for every element that asks for its result; an exponential takes more. */
const CHEAP_ANYWHERE = 10;
/** How often what takes more than that may be repeated. */
const FEW_TIMES = 2 ** 12;
/** Numbers that an expression reads and arithmetic in all kernels that repeat it, and for all elements, that take less than a dispatch. */
const FEW_READS = 16;
const MODEST = 128;
const LITTLE = 2 ** 14;
/** Arithmetic beyond which an expression is cut, to keep shaders quick to compile. */
export const LONG = 400;
/** How many ops an epilogue looks ahead for the place where ways that have parted meet again. */
const FAR = 16;

/** Whether a node holds the elements of its first input, in order. */
export const movesNothing = ({ op }: Tensor): boolean => op === reshapeOp || op === againOp;

/** The tensor whose buffer holds a node's elements. */
export function baseOf(node: Tensor): Tensor {
  while (movesNothing(node)) node = node.inputs[0];
  return node;
}

const isExpression = (op: Op): boolean => op.kind === "elementwise" || op.kind === "movement" || op.kind === "source";

/**
 * Cuts the graph behind `outputs`, as far as the tensors in `boundary`, which have buffers already: placeholders and
 * what is computed outside. No cluster binds more
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
    const part =
      largestPart(crowded, clusters.stored, mostReads) ?? shorterEpilogue(crowded, clusters.stored, mostReads);
    if (part === null || demanded.has(part))
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
    const source = extremeOf(node);
    if (source?.op.kind === "elementwise") {
      const readers = [...consumers.get(source)!];
      if (op.kind === "reduce" ? readers.length > 1 : readers.some((reader) => reader.op.kind !== "movement"))
        demanded.add(source);
    }
    // An order compares elements with each other, and with themselves.
    if (op === precedesOp)
      for (const source of inputs.map(sourceOf))
        if (source.dtype === "f32" && source.op.kind === "elementwise") demanded.add(source);
    if (op.kind === "kernel" || op.kind === "update" || op.kind === "loop")
      for (const input of inputs) demanded.add(baseOf(input));
  }
  return demanded;
}

/** What a node is the extreme of: by a reduction, or by pairs of its slices. */
function extremeOf({ op, inputs, dtype }: Tensor): Tensor | null {
  if (dtype !== "f32" || inputs.length === 0) return null;
  if (op.kind === "reduce") return op.combine.identity === 0 ? null : sourceOf(inputs[0]);
  const source = sourceOf(inputs[0]);
  const ofSlices = inputs.every((input) => input.op.kind === "movement" && sourceOf(input) === source);
  return ofSlices && (op.name === "maximum" || op.name === "minimum") ? source : null;
}

/** The tensor whose elements a row of movements carries. */
function sourceOf(node: Tensor): Tensor {
  while (node.op.kind === "movement") node = node.inputs[0];
  return node;
}

function cut(order: readonly Tensor[], demanded: ReadonlySet<Tensor>, boundary: ReadonlySet<Tensor>): Clusters {
  const consumers = consumersOf(order, boundary);
  const epilogueOf = epilogues(
    order.filter((node) => !boundary.has(node)),
    consumers,
    demanded,
  );
  const byRoot = new Map([...epilogueOf.values()].map((nodes) => [nodes.at(-1)!, nodes]));
  const stored = new Set<Tensor>([...order.filter((node) => boundary.has(node)), ...byRoot.keys(), ...demanded]);
  for (const node of order) if (node.op.kind === "loop" || node.op.kind === "pick") stored.add(node);
  storeShared(order, consumers, stored, byRoot);
  const list = order
    .filter((node) => stored.has(node) && !boundary.has(node) && node.op.kind !== "pick")
    .map((root): Cluster => {
      const epilogue = byRoot.get(root) ?? (root.op.kind === "loop" ? [root] : []);
      const core = epilogue[0] ?? null;
      const operands = core === null || core.op.kind === "reduce" ? [] : core.inputs.map(baseOf);
      return { root, besides: [], core, epilogue, operands, leaves: leavesOf([root], core, stored) };
    });
  return { list, stored };
}

function consumersOf(order: readonly Tensor[], boundary: ReadonlySet<Tensor>): Map<Tensor, Set<Tensor>> {
  const consumers = new Map<Tensor, Set<Tensor>>(order.map((node) => [node, new Set()]));
  for (const node of order) if (!boundary.has(node)) for (const input of node.inputs) consumers.get(input)!.add(node);
  return consumers;
}

/**
 * How far each kernel's epilogue reaches: to the last tensor that everything computed from its result passes through,
 * element by element. Core → the nodes on the way, core first and root last.
 */
function epilogues(
  order: readonly Tensor[],
  consumers: ReadonlyMap<Tensor, ReadonlySet<Tensor>>,
  demanded: ReadonlySet<Tensor>,
): Map<Tensor, readonly Tensor[]> {
  const epilogueOf = new Map<Tensor, readonly Tensor[]>();
  const claimed = new Set<Tensor>();
  const place = new Map(order.map((node, at) => [node, at]));
  for (const core of [...order].reverse()) {
    const { kind } = core.op;
    if (kind !== "kernel" && kind !== "reduce" && kind !== "update") continue;
    const nodes = [core];
    for (let more: readonly Tensor[] = []; kind !== "update" && core.dtype === "f32"; nodes.push(...more)) {
      more = wayOn(nodes.at(-1)!, consumers, demanded, claimed, place);
      const length = [...nodes, ...more].reduce((total, { op }) => total + ownCost(op), 0);
      if (more.length === 0 || length > LONG) break;
    }
    // A reshape at the end would have no buffer of its own.
    while (nodes.at(-1)!.op === reshapeOp) nodes.pop();
    for (const node of nodes) claimed.add(node);
    epilogueOf.set(core, nodes);
  }
  return epilogueOf;
}

/** What follows `root` up to the next f32 tensor that all ways from it pass through; nothing if they part for good. */
function wayOn(
  root: Tensor,
  consumers: ReadonlyMap<Tensor, ReadonlySet<Tensor>>,
  demanded: ReadonlySet<Tensor>,
  claimed: ReadonlySet<Tensor>,
  place: ReadonlyMap<Tensor, number>,
): readonly Tensor[] {
  const passed: Tensor[] = [];
  const ahead = new Set(demanded.has(root) ? [] : consumers.get(root)!);
  while (ahead.size > 0 && passed.length < FAR) {
    // The earliest: all that it is computed from and that depends on `root` has been passed.
    const next = [...ahead].reduce((a, b) => (place.get(a)! < place.get(b)! ? a : b));
    if ((next.op.kind !== "elementwise" && next.op !== reshapeOp) || claimed.has(next)) return [];
    passed.push(next);
    ahead.delete(next);
    if (ahead.size === 0 && next.dtype === "f32") return passed;
    if (demanded.has(next)) return [];
    for (const consumer of consumers.get(next)!) ahead.add(consumer);
  }
  return [];
}

export const ownCost = (op: Op): number => (op.kind === "elementwise" ? op.cost : 0);

/** Adds to `stored` what is too dear to compute in every cluster that reads it, and cuts expressions that get long. */
function storeShared(
  order: readonly Tensor[],
  consumers: ReadonlyMap<Tensor, ReadonlySet<Tensor>>,
  stored: Set<Tensor>,
  byRoot: ReadonlyMap<Tensor, readonly Tensor[]>,
): void {
  const epilogueRoots = new Map([...byRoot].flatMap(([root, nodes]) => nodes.map((node) => [node, root] as const)));
  const mayStore = (node: Tensor) => node.op.kind === "elementwise" && !stored.has(node) && !epilogueRoots.has(node);

  // Arithmetic needed for one element of each expression, counted from stored tensors, and how many of their numbers.
  const cost = new Map<Tensor, number>();
  const reads = new Map<Tensor, number>();
  const isRead = (node: Tensor) => stored.has(node) || !isExpression(node.op);
  for (const node of order) {
    const total = node.inputs.reduce((sum, input) => sum + (isRead(input) ? 0 : cost.get(input)!), ownCost(node.op));
    cost.set(node, total);
    reads.set(
      node,
      node.inputs.reduce((sum, input) => sum + (isRead(input) ? 1 : reads.get(input)!), 0),
    );
    if (total > LONG && mayStore(node)) stored.add(node);
  }

  const readers = new Map<Tensor, Set<Tensor>>();
  // What is read more often than it has elements, perhaps after a movement.
  const stretched = new Set<Tensor>();
  for (const node of [...order].reverse()) {
    const mine = new Set<Tensor>();
    for (const consumer of consumers.get(node)!) {
      const root = epilogueRoots.get(consumer);
      if (root !== undefined) mine.add(root);
      else if (stored.has(consumer)) mine.add(consumer);
      else for (const reader of readers.get(consumer)!) mine.add(reader);
      if (consumer.op.kind === "movement" && node.size > 1)
        if (consumer.size > node.size || stretched.has(consumer)) stretched.add(node);
    }
    readers.set(node, mine);
    const own = cost.get(node)!;
    const elements = elementsOf(mine, byRoot);
    const little = reads.get(node)! <= FEW_READS && own * mine.size <= MODEST && own * elements <= LITTLE;
    const dear = own > CHEAP && node.size > 1 && !little && !(own <= CHEAP_OF_ONE && ofOne(node, stored));
    const often = own > CHEAP_ANYWHERE && node.dtype === "f32" && elements > FEW_TIMES * node.size;
    if (((dear && (mine.size > 1 || stretched.has(node))) || often) && mayStore(node)) stored.add(node);
  }
}

/** Over how many elements the clusters with these roots go: those that they store, or the terms of a sum. */
function elementsOf(roots: ReadonlySet<Tensor>, byRoot: ReadonlyMap<Tensor, readonly Tensor[]>): number {
  const sizes = [...roots].map((root) =>
    Math.max(root.size, ...(byRoot.get(root)?.[0].inputs ?? []).map(({ size }) => size)),
  );
  return sizes.reduce((total, size) => total + size, 0);
}

/** Whether an expression reads one stored tensor, element by element. */
function ofOne(node: Tensor, stored: ReadonlySet<Tensor>): boolean {
  const reached = inOrder([node], (tensor) => tensor === node || !stored.has(tensor));
  const read = reached.filter((tensor) => tensor !== node && stored.has(tensor));
  const inPlace = ({ op, inputs }: Tensor) => op.kind === "elementwise" || inputs.every(({ size }) => size === 1);
  return read.length === 1 && reached.every((tensor) => stored.has(tensor) || movesNothing(tensor) || inPlace(tensor));
}

/** The stored tensors that the expressions of a cluster read, which stores `roots`. */
export function leavesOf(roots: readonly Tensor[], core: Tensor | null, stored: ReadonlySet<Tensor>): Tensor[] {
  if (roots[0].op.kind === "loop") return [];
  const reached = inOrder(roots, (tensor) => inside(tensor, roots, core, stored));
  return reached.filter((node) => !roots.includes(node) && node !== core && stored.has(node));
}

/** Whether the walk from a cluster's roots goes on behind a node. */
const inside = (node: Tensor, roots: readonly Tensor[], core: Tensor | null, stored: ReadonlySet<Tensor>): boolean =>
  node === core ? core.op.kind === "reduce" : roots.includes(node) || !stored.has(node);

/** The stored tensors that must exist before a cluster runs, also those that it waits for without reading them. */
export function needsOf(cluster: Cluster, stored: ReadonlySet<Tensor>): Set<Tensor> {
  const own = storedBy(cluster);
  const reached = inOrder(own, (node) => own.includes(node) || !stored.has(node));
  return new Set(reached.filter((node) => !own.includes(node) && stored.has(node)));
}

/** The tensor whose cluster makes another exist: a result of a loop comes with the loop. */
export const producerOf = (tensor: Tensor): Tensor => (tensor.op.kind === "pick" ? tensor.inputs[0] : tensor);

/** The expression inside a crowded cluster that gathers the most buffers in one. */
function largestPart({ root, core }: Cluster, stored: ReadonlySet<Tensor>, most: number): Tensor | null {
  let best: Tensor | null = null;
  let gathered = 1;
  for (const node of inOrder([root], (tensor) => inside(tensor, [root], core, stored))) {
    if (node === root || stored.has(node) || !isExpression(node.op)) continue;
    if (core !== null && node !== core && inOrder([node], (tensor) => !stored.has(tensor)).includes(core)) continue;
    const count = leavesOf([node], null, stored).length;
    if (count > gathered && count <= most) [best, gathered] = [node, count];
  }
  return best;
}

/** The last tensor at which the epilogue of a crowded cluster could stop; its core if nowhere else. */
function shorterEpilogue(
  { core, epilogue, operands }: Cluster,
  stored: ReadonlySet<Tensor>,
  most: number,
): Tensor | null {
  const fits = (node: Tensor) =>
    node.dtype === "f32" && operands.length + leavesOf([node], core, stored).length <= most;
  return epilogue.slice(0, -1).findLast((node) => node.op !== reshapeOp && fits(node)) ?? core;
}
