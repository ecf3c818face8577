/** Rebuilds a graph with some nodes replaced: what every pass is made of. */

import { inOrder } from "../graph.ts";
import { labelled } from "../labels.ts";
import { loopNode, type Body } from "../ops/loop.ts";
import { Tensor } from "../tensor.ts";

/** A pass looks at a node whose inputs are already rewritten, and returns it or what shall stand in its place. */
export type Rule = (node: Tensor) => Tensor;

/** The outputs after a rule has met every node, inputs first; inside loops as well. */
export function rewrite(outputs: readonly Tensor[], rule: Rule, replaced = new Map<Tensor, Tensor>()): Tensor[] {
  for (const node of inOrder(outputs, (tensor) => !replaced.has(tensor)))
    if (!replaced.has(node))
      replaced.set(
        node,
        labelled(node.label, () => rule(rebuilt(node, rule, replaced))),
      );
  return outputs.map((output) => replaced.get(output)!);
}

function rebuilt(node: Tensor, rule: Rule, replaced: Map<Tensor, Tensor>): Tensor {
  const inputs = node.inputs.map((input) => replaced.get(input)!);
  if (node.op.kind === "loop") {
    const { body } = node.attributes as { body: Body };
    const results = rewrite(body.results, rule, replaced);
    const first = inputs.slice(0, body.carried.length);
    return results.every((result, at) => result === body.results[at]) &&
      inputs.every((input, at) => input === node.inputs[at])
      ? node
      : loopNode(first, { ...body, results });
  }
  if (inputs.every((input, at) => input === node.inputs[at])) return node;
  return new Tensor(
    node.op,
    inputs,
    node.attributes,
    node.shape,
    node.dtype,
    node.state === "lazy" ? "lazy" : "symbolic",
  );
}
