/** Replaces the live tensors that a traced program reads by placeholders: they become further inputs. */

import { materialise } from "../eager.ts";
import { inOrder } from "../graph.ts";
import { labelled } from "../labels.ts";
import { loopNode, type Body } from "../ops/loop.ts";
import { inputOp, placeholder } from "../ops/sources.ts";
import { Tensor } from "../tensor.ts";

export interface Closed {
  outputs: Tensor[];
  /** The live tensors, and the placeholders that stand for them. */
  captured: { tensor: Tensor; placeholder: Tensor }[];
}

/** Whether a tensor has a value of its own: a program that reads it captures that. */
export const isOutside = ({ state }: Tensor): boolean => state === "live" || state === "waiting";

export function close(outputs: readonly Tensor[]): Closed {
  const captured: Closed["captured"] = [];
  const replaced = new Map<Tensor, Tensor>();
  const visit = (roots: readonly Tensor[]): Tensor[] => {
    for (const node of inOrder(roots, (tensor) => !isOutside(tensor) && !replaced.has(tensor)))
      if (!replaced.has(node))
        replaced.set(
          node,
          labelled(node.label, () => substitute(node)),
        );
    return roots.map((root) => replaced.get(root)!);
  };
  const substitute = (node: Tensor): Tensor => {
    if (isOutside(node)) materialise(node);
    if (node.state === "spent")
      throw new ReferenceError(`compile: the program reads a tensor that was disposed, ${node.describe()}`);
    if (node.state === "live") {
      const stand = placeholder(inputOp, { shape: node.shape, dtype: node.dtype, label: "captured" });
      captured.push({ tensor: node, placeholder: stand });
      return stand;
    }
    const inputs = node.inputs.map((input) => replaced.get(input)!);
    if (node.op.kind === "loop") {
      const { body } = node.attributes as { body: Body };
      return loopNode(inputs.slice(0, body.carried.length), { ...body, results: visit(body.results) });
    }
    if (inputs.every((input, at) => input === node.inputs[at])) return node;
    return new Tensor(node.op, inputs, node.attributes, node.shape, node.dtype, "symbolic");
  };
  return { outputs: visit(outputs), captured };
}
