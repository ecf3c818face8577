/** What a loop's body computes from what was kept of each iteration, for all iterations at once: tensors with an axis of iterations in front. */

import { inOrder } from "../graph.ts";
import { labelled } from "../labels.ts";
import { loopNode, type Body } from "../ops/loop.ts";
import { broadcast, reshape } from "../ops/movement.ts";
import { take } from "../ops/rows.ts";
import { iota, iterationOp, placeholder } from "../ops/sources.ts";
import { apply, Tensor } from "../tensor.ts";

/** An op that nobody has written down for all iterations at once. */
export class NotForAll extends Error {}

/**
 * A node of the body for all iterations: `[count, …]`, or itself where it is the same in each. `kept` has what was kept of each,
 * `[count, …]`. Sums go over the same terms in the same order, so every number is the one that its iteration has. Throws NotForAll.
 */
export function forAll(node: Tensor, { count, index, captured }: Body, kept: ReadonlyMap<Tensor, Tensor>): Tensor {
  const all = new Map<Tensor, Tensor>([...kept, [index, iota([count])]]);
  /** The node, and whether it has an axis of iterations. */
  const stretched = (input: Tensor): Tensor => {
    const known = all.get(input);
    return known ?? broadcast(reshape(input, [1, ...input.shape]), [count, ...input.shape]);
  };
  for (const next of inOrder([node], (tensor) => !all.has(tensor) && !captured.includes(tensor))) {
    if (all.has(next) || captured.includes(next) || !next.inputs.some((input) => all.has(input))) continue;
    all.set(
      next,
      labelled(next.label, () => overAll(next, next.inputs.map(stretched), count)),
    );
  }
  return all.get(node) ?? node;
}

/** A node on inputs with an axis in front. */
function overAll({ op, attributes, shape }: Tensor, inputs: readonly Tensor[], count: number): Tensor {
  const all = [count, ...shape];
  if (op.kind === "elementwise") return apply(op, inputs, attributes);
  if (op.kind === "reduce") {
    const { axes } = attributes as { axes: readonly number[] };
    return apply(op, inputs, { axes: axes.map((axis) => axis + 1) });
  }
  switch (op.name) {
    case "reshape":
      return reshape(inputs[0], all);
    case "broadcast": {
      const [, ...own] = inputs[0].shape;
      const front = shape.slice(own.length).map(() => 1);
      return broadcast(reshape(inputs[0], [count, ...front, ...own]), all);
    }
    case "transpose": {
      const { axes } = attributes as { axes: readonly number[] };
      return apply(op, inputs, { axes: [0, ...axes.map((axis) => axis + 1)] });
    }
    case "slice":
    case "spread": {
      const { start, step } = attributes as { start: readonly number[]; step: readonly number[] };
      return apply(op, inputs, { start: [0, ...start], step: [1, ...step], shape: all });
    }
    case "concat":
      return apply(op, inputs, { axis: (attributes as { axis: number }).axis + 1 });
    default:
      throw new NotForAll(`${op.name} has no form for all iterations at once`);
  }
}

/** The same op on other inputs. */
const copied = ({ op, attributes, shape, dtype }: Tensor, inputs: readonly Tensor[]): Tensor =>
  new Tensor(op, inputs, attributes, shape, dtype, "symbolic");

/**
 * The loop over some of a body's carries that is left when all the others have been walked and what it needs of them was kept: per
 * iteration it does no more than what depends on its own carries. `at` says which. Throws NotForAll.
 */
export function restOf(
  body: Body,
  at: readonly number[],
  first: readonly Tensor[],
  kept: ReadonlyMap<Tensor, Tensor>,
): Tensor {
  const index = placeholder(iterationOp, {});
  const carried = at.map((place) => body.carried[place]);
  const results = at.map((place) => body.results[place]);
  const own = new Set<Tensor>(carried);
  const given = new Set([...kept.keys(), ...carried, ...body.captured]);
  const order = inOrder(results, (node) => !given.has(node));
  for (const node of order) if (!given.has(node) && node.inputs.some((input) => own.has(input))) own.add(node);
  const rebuilt = new Map<Tensor, Tensor>([
    [body.index, index],
    ...carried.map((placeholder): [Tensor, Tensor] => [placeholder, placeholder]),
  ]);
  /** What does not depend on the carries, as it is in the present iteration. */
  const present = (node: Tensor): Tensor => {
    const known = rebuilt.get(node);
    if (known !== undefined) return known;
    const all = forAll(node, body, kept);
    const above = all !== node && !kept.has(node) && (node.op.kind === "elementwise" || node.op.kind === "movement");
    // What follows a sum follows it within an iteration, as it did: compilers may round a sum and what is added to it at once.
    const value =
      all === node
        ? node
        : above
          ? copied(node, node.inputs.map(present))
          : reshape(take(all, reshape(index, [1])), node.shape);
    rebuilt.set(node, value);
    return value;
  };
  for (const node of order) {
    if (!own.has(node) || rebuilt.has(node)) continue;
    if (node.op.kind === "loop" || node.op.kind === "pick")
      throw new NotForAll("a loop depends on what goes over chains");
    rebuilt.set(node, copied(node, node.inputs.map(present)));
  }
  return loopNode(first, { count: body.count, index, carried, results: results.map(present) });
}
