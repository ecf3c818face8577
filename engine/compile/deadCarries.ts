/** Dead code in loops: what is handed from iteration to iteration and never asked for, such as a diagnosis nobody reads. */

import { inOrder } from "../graph.ts";
import { loopNode, pickOp, type Body } from "../ops/loop.ts";
import { Tensor } from "../tensor.ts";
import type { Rule } from "./rewrite.ts";

const bodyOf = (loop: Tensor): Body => (loop.attributes as { body: Body }).body;
const indexOf = (pick: Tensor): number => (pick.attributes as { index: number }).index;

/** A rule that leaves each loop only the carries on which something behind `outputs` depends. */
export function deadCarries(outputs: readonly Tensor[]): Rule {
  // Loops are told apart by their index, which stays the same when they are rebuilt.
  const asked = new Map<Tensor, Set<number>>();
  const collect = (roots: readonly Tensor[]) => {
    for (const node of inOrder(roots)) {
      if (node.op.kind === "pick") {
        const { index } = bodyOf(node.inputs[0]);
        asked.set(index, (asked.get(index) ?? new Set()).add(indexOf(node)));
      } else if (node.op.kind === "loop") collect(bodyOf(node).results);
    }
  };
  collect(outputs);
  const alive = new Map<Tensor, readonly number[]>();
  return (node) => {
    if (node.op.kind === "loop") {
      const body = bodyOf(node);
      const kept = needed(body, asked.get(body.index) ?? new Set());
      alive.set(body.index, kept);
      if (kept.length === body.carried.length) return node;
      const pickFrom = <T>(list: readonly T[]): T[] => kept.map((at) => list[at]);
      const { carried, results } = body;
      return loopNode(pickFrom(node.inputs), { ...body, carried: pickFrom(carried), results: pickFrom(results) });
    }
    if (node.op.kind !== "pick") return node;
    const index = alive.get(bodyOf(node.inputs[0]).index)!.indexOf(indexOf(node));
    if (index === indexOf(node)) return node;
    return new Tensor(pickOp, node.inputs, { index }, node.shape, node.dtype, "symbolic");
  };
}

/** The carries asked for, and those that their results depend on. */
function needed({ carried, results }: Body, asked: ReadonlySet<number>): number[] {
  const kept = new Set(asked);
  for (let before = -1; before !== kept.size;) {
    before = kept.size;
    const reached = new Set(inOrder([...kept].map((at) => results[at])));
    carried.forEach((placeholder, at) => reached.has(placeholder) && kept.add(at));
  }
  return [...kept].sort((a, b) => a - b);
}
