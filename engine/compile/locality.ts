/** Which tensors of a loop's body belong to its chains one by one: what decides whether chains can be walked apart from each other. */

import { inOrder } from "../graph.ts";
import { nameOf } from "../labels.ts";
import type { Body } from "../ops/loop.ts";
import { matmulOp } from "../ops/matmul.ts";
import { iterationOp } from "../ops/sources.ts";
import { Position, type IndexMath } from "../position.ts";
import type { Op } from "../op.ts";
import { showShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { baseOf, movesNothing } from "./fuse.ts";

/**
 * `shared`: the same whatever the chains do. `rows`: its row-major elements are those of chain 0, then those of chain 1 …, each computed
 * from that chain alone. `across`: from several chains, or in a way that nobody knows to take apart.
 */
export type Part = "shared" | "rows" | "across";

/** What is known of the tensors of a body. */
export interface Locality {
  part(this: void, node: Tensor): Part;
  /** Why a tensor is `across`: the op at which chains meet. */
  reason(this: void, node: Tensor): string;
}

/** Whether the elements of a tensor of this shape can be those of so many chains, one chain after the other along its first axis. */
export const divisible = (shape: Shape, chains: number): boolean =>
  chains === 1 || (shape.length > 0 && shape[0] > 0 && shape[0] % chains === 0);

/**
 * The parts of all that the results of a body need. Carries are `rows` if they can be; else `shared` if nothing of chains becomes part of them,
 * such as a count of steps, and otherwise `across`. What is captured is `shared`, as far as `parts` has nothing else to say. With `apart`, what changes with the iteration alone, such as noise, is `rows` as well if
 * it can be: then no chain computes the noise of all others, and none may read it.
 */
export function localityOf(
  { carried, captured, results }: Pick<Body, "carried" | "captured" | "results">,
  chains: number,
  apart: boolean,
  parts = new Map<Tensor, Part>(),
  reasons = new Map<Tensor, string>(),
): Locality {
  const given = new Set([...carried, ...captured]);
  const changing = new Set<Tensor>();
  const across = (node: Tensor, reason: string): Part => {
    reasons.set(node, reason);
    return "across";
  };
  const partOf = (node: Tensor): Part => {
    if (captured.includes(node)) return parts.get(node) ?? "shared";
    const met = node.inputs.find((input) => parts.get(input) === "across");
    if (met !== undefined) return across(node, reasons.get(met)!);
    const stays = staysInChains(node, chains, (input) => parts.get(input)!);
    if (stays === true) {
      const free = node.inputs.every((input) => parts.get(input) === "shared");
      const asRows = apart && changing.has(node) && divisible(node.shape, chains);
      return free && !asRows && !ofChains(node, chains) ? "shared" : "rows";
    }
    return across(node, `${nameOf(node)} ${stays}`);
  };
  for (const node of carried) parts.set(node, divisible(node.shape, chains) ? "rows" : "shared");
  const order = inOrder(results, (tensor) => !given.has(tensor));
  for (;;) {
    for (const node of carried) if (parts.get(node) === "shared") changing.add(node);
    for (const node of order) {
      if (carried.includes(node)) continue;
      if (node.op === (iterationOp as Op) || node.inputs.some((input) => changing.has(input))) changing.add(node);
      parts.set(node, node.op.kind === "loop" ? partOfLoop(node, chains, apart, parts, reasons) : partOf(node));
    }
    const mixed = carried.filter((node, at) => parts.get(node) === "shared" && parts.get(results[at]) !== "shared");
    for (const node of mixed)
      parts.set(node, across(node, `a carry, ${node.dtype} ${showShape(node.shape)}, is no chain's own`));
    if (mixed.length === 0) return { part: (node) => parts.get(node)!, reason: (node) => reasons.get(node)! };
  }
}

/** Whether the result of a kernel or sum of shared tensors is the chains' all the same, since it is as long as they are many. */
const ofChains = ({ op, inputs, shape }: Tensor, chains: number): boolean =>
  (op.kind === "kernel" || op.kind === "reduce") && divisible(shape, chains) && divisible(inputs[0].shape, chains);

/** A loop within the body: its results belong to chains if all of its carries do. */
function partOfLoop(
  node: Tensor,
  chains: number,
  apart: boolean,
  parts: Map<Tensor, Part>,
  reasons: Map<Tensor, string>,
): Part {
  const { body } = node.attributes as { body: Body };
  const across = (reason: string): Part => {
    reasons.set(node, reason);
    return "across";
  };
  const met = node.inputs.find((input) => parts.get(input) === "across");
  if (met !== undefined) return across(reasons.get(met)!);
  const odd = body.carried.find(({ shape }) => !divisible(shape, chains));
  if (odd !== undefined)
    return across(`a loop within a step carries ${odd.dtype} ${showShape(odd.shape)}, which is no chain's own`);
  const inner = localityOf(body, chains, apart, parts, reasons);
  const mixed = body.results.find((result) => inner.part(result) === "across");
  return mixed === undefined ? "rows" : across(inner.reason(mixed));
}

/** Whether a node computes row i of its result from row i of those inputs that are rows; if not, what it does instead. */
function staysInChains(node: Tensor, chains: number, part: (input: Tensor) => Part): true | string {
  const { op, inputs } = node;
  switch (op.kind) {
    case "source":
    case "elementwise":
    case "pick":
      return true;
    case "movement":
      return movesWithinChains(node, chains, part) || "moves elements from chain to chain";
    case "reduce": {
      const { axes } = node.attributes as { axes: readonly number[] };
      if (inputs.every((input) => part(input) === "shared") && !divisible(inputs[0].shape, chains)) return true;
      const apart = chains === 1 || (divisible(inputs[0].shape, chains) && !axes.includes(0));
      return apart || "goes over several chains";
    }
    case "kernel": {
      if (op !== (matmulOp as Op)) return "is not known to keep chains apart";
      const [a, b] = inputs;
      const { transposeA } = node.attributes as { transposeA: boolean };
      if (part(b) !== "shared" || b.rank !== 2)
        return `multiplies by ${b.describe()}, which is not the same for all chains`;
      return (!transposeA && divisible(a.shape, chains)) || `goes over several chains of ${showShape(a.shape)}`;
    }
    default:
      return "is not known to keep chains apart";
  }
}

/** Whether a movement reads row i of those inputs that are rows for row i of its result: it is asked where it reads, for a row without a number. */
function movesWithinChains(node: Tensor, chains: number, part: (input: Tensor) => Part): boolean {
  const { op, inputs, shape } = node;
  if (op.kind !== "movement") return false;
  const moving = (input: Tensor) => part(input) === "rows";
  if (chains === 1 || movesNothing(node) || !inputs.some(moving)) return true;
  if (!divisible(shape, chains)) return false;
  const inRow = (input: Tensor, position: Position<string, string>): boolean =>
    !moving(input) || position.key === ALL || (input.shape[0] === shape[0] && position.part(0) === ROW);
  let stays = true;
  const read = op.read(
    Position.both(opaque, shape, ALL, (axis) => (axis === 0 ? ROW : `axis ${axis}`)),
    inputs.map((input) => input.shape),
    node.attributes,
    (input, position) => {
      stays &&= inRow(inputs[input], position);
      return "value";
    },
  );
  return stays && read.alternatives.every(({ input, position }) => inRow(inputs[input], position));
}

const ROW = "row";
const ALL = "all";

/** Index arithmetic that only knows whether anything was done to an index. */
const opaque: IndexMath<string, string> = {
  constant: String,
  sum: () => "sum",
  shift: (a, n) => (n === 0 ? a : "shifted"),
  mirror: () => "mirrored",
  scale: (a, factor) => (factor === 1 ? a : "scaled"),
  divide: (a, divisor) => (divisor === 1 ? a : "divided"),
  modulo: () => "remainder",
  limit: () => "limited",
  within: () => "within",
  both: () => "both",
};

/** Whether a tensor of a body is the same in every iteration of it: nothing behind it depends on an index or a carry. */
export function unchanging(node: Tensor, { carried, captured }: Body): boolean {
  const reached = inOrder([node], (tensor) => !captured.includes(tensor));
  const changes = ({ op }: Tensor) => op === (iterationOp as Op) || op.kind === "loop";
  return !reached.some((tensor) => !captured.includes(tensor) && (changes(tensor) || carried.includes(tensor)));
}

/** A matrix by which a body multiplies. */
export interface Weight {
  matrix: Tensor;
  /** What lies in a buffer of it. */
  tensor: Tensor;
  /** Whether a product goes through its columns as through rows. */
  byColumns: boolean;
}

/** The right operands of the products in a body, those of loops within it too. */
export function weightsOf(results: readonly Tensor[], boundary: ReadonlySet<Tensor>): Weight[] {
  return inOrder(results, (tensor) => !boundary.has(tensor)).flatMap((node): Weight[] => {
    if (boundary.has(node)) return [];
    if (node.op.kind === "loop") {
      const { body } = node.attributes as { body: Body };
      return weightsOf(body.results, new Set([...body.captured, ...body.carried]));
    }
    if (node.op !== (matmulOp as Op)) return [];
    const [, matrix] = node.inputs;
    const { transposeB } = node.attributes as { transposeB: boolean };
    return [{ matrix, tensor: baseOf(matrix), byColumns: transposeB }];
  });
}
