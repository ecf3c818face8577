/** A net layer by layer: what each one does, puts out and learns. */

import { key as keyOf, leavesOf, type Shape, type Tensor } from "../engine/index.ts";
import { inOrder } from "../engine/graph.ts";
import { inputOp, placeholder } from "../engine/ops/sources.ts";
import { trace } from "../engine/tracing.ts";
import { stateOf, type Module } from "./module.ts";
import { Pass } from "./pass.ts";

export interface LayerSummary {
  /** The name of the part, `0` or `block1.conv2`; empty for what belongs to none. */
  name: string;
  /** The ops it is made of, in order, each named once; movements only where there is nothing else. */
  ops: readonly string[];
  /** Shape of its last result for a batch of one item. */
  output: Shape;
  /** What it learns, by the names of a checkpoint. */
  parameters: readonly { name: string; shape: Shape }[];
}

/** The layers of a net for items of some shape, in the order in which they are used. Traces the net and computes nothing. */
export function summaryOf(net: Module, item: Shape): LayerSummary[] {
  const { parameters, nodes } = trace(() => {
    const parameters = net.init(keyOf(0));
    const x = placeholder(inputOp, { shape: [1, ...item], dtype: "f32", label: "x" });
    const y = net.apply(parameters, x, Pass.evaluation(stateOf(net, keyOf(0))));
    const drawn = new Set(leavesOf(parameters).map(([, leaf]) => leaf as Tensor));
    return { parameters, nodes: inOrder([y], (node) => !drawn.has(node)).filter((node) => !drawn.has(node)) };
  });
  const layers = new Map<string, Tensor[]>();
  for (const node of nodes)
    if (node.op.kind !== "source") layers.set(node.label, [...(layers.get(node.label) ?? []), node]);
  const names = [...layers.keys()];
  const learned = leavesOf(parameters).map(([name, leaf]) => ({ name, shape: (leaf as Tensor).shape }));
  const owner = (name: string) =>
    names.filter((layer) => name.startsWith(`${layer}.`)).reduce((a, b) => (b.length > a.length ? b : a), "");
  return [...layers].map(([name, made]) => ({
    name,
    ops: opsOf(made),
    output: made.at(-1)!.shape,
    parameters: learned.filter((parameter) => owner(parameter.name) === name),
  }));
}

function opsOf(nodes: readonly Tensor[]): string[] {
  const working = nodes.filter(({ op }) => op.kind !== "movement");
  return [...new Set((working.length > 0 ? working : nodes).map(({ op }) => op.name))];
}
