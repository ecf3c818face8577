/** Common subexpressions: equal ops on equal inputs become one node, across forward and backward passes. */

import type { Tensor } from "../tensor.ts";
import type { Rule } from "./rewrite.ts";

/** A rule that remembers every node it has met. */
export function commonSubexpressions(): Rule {
  const met = new Map<string, Tensor>();
  return (node) => {
    // Placeholders and loops are themselves; everything else is what it is computed from.
    if (node.op.kind === "loop" || (node.op.kind === "source" && node.state === "symbolic")) return node;
    const key = JSON.stringify([
      node.op.name,
      node.dtype,
      node.shape,
      node.attributes,
      node.inputs.map((input) => input.id),
    ]);
    const first = met.get(key);
    if (first === undefined) met.set(key, node);
    return first ?? node;
  };
}
