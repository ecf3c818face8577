/** Walks over the graph that tensors form with their inputs. */

import type { Tensor } from "./tensor.ts";

/** Everything that `roots` need, inputs first. `descend` says whether to look behind a node; by default always. */
export function inOrder(roots: readonly Tensor[], descend: (node: Tensor) => boolean = () => true): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  // An explicit stack, since unrolled programs are deeper than the call stack.
  const stack: { node: Tensor; next: number }[] = [];
  const visit = (node: Tensor) => {
    if (seen.has(node)) return;
    seen.add(node);
    stack.push({ node, next: 0 });
  };
  for (const root of roots) {
    visit(root);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const inputs = descend(top.node) ? top.node.inputs : [];
      if (top.next < inputs.length) visit(inputs[top.next++]);
      else order.push(stack.pop()!.node);
    }
  }
  return order;
}

/** The nodes among `order` that depend on any of `sources`, which count too. */
export function dependents(order: readonly Tensor[], sources: Iterable<Tensor>): Set<Tensor> {
  const found = new Set<Tensor>(sources);
  for (const node of order) if (node.inputs.some((input) => found.has(input))) found.add(node);
  return found;
}
