/** What a dispatch is called, and what it computes, reads and writes. */

import { inOrder } from "../graph.ts";
import { nameOf } from "../labels.ts";
import { wordsPer } from "../hostArray.ts";
import type { Body } from "../ops/loop.ts";
import type { Tensor } from "../tensor.ts";
import { baseOf, storedBy, type Cluster } from "./fuse.ts";
import { noHalves, type Halves } from "./halves.ts";
import type { Lowered } from "./lower.ts";
import type { Dispatch } from "./schedule.ts";

/** Bytes of a buffer for a tensor: of halves two for each element, and whole words, of which copies are. */
export const bytesOf = (node: Tensor, halves: Halves = noHalves): number =>
  halves.has(node) ? 4 * Math.ceil(node.size / 2) : node.size * wordsPer(node.dtype) * 4;

/** What a program would take whose every op stores its result. */
export function unplannedBytes(outputs: readonly Tensor[], boundary: ReadonlySet<Tensor>, halves: Halves): number {
  const inner = (node: Tensor): number => {
    if (node.state === "lazy" || node.op.kind === "source" || node.op.kind === "pick" || baseOf(node) !== node)
      return 0;
    if (node.op.kind !== "loop") return bytesOf(node, halves);
    const { body } = node.attributes as { body: Body };
    return unplannedBytes(body.results, new Set(body.captured), halves);
  };
  return inOrder(outputs, (node) => !boundary.has(node)).reduce(
    (total, node) => total + (boundary.has(node) ? 0 : inner(node)),
    0,
  );
}

/** `matmul → leakyRelu`, `conv2d → add, silu`, `conv2d, silu` where the first is stored too: what a dispatch computes, for people. */
export function titled(cluster: Cluster, word: (node: Tensor) => string): string {
  const results = storedBy(cluster).map(word).join(", ");
  const { core } = cluster;
  return core === null || storedBy(cluster).includes(core) ? results : `${word(core)} → ${results}`;
}

/** The names of what a dispatch computes and does not store. */
export const partsOf = (cluster: Cluster): string[] => [
  ...new Set(
    functionsIn(cluster)
      .filter((node) => node !== cluster.core && !storedBy(cluster).includes(node))
      .map(nameOf),
  ),
];

/** The same of a loop that is one dispatch. */
export const partsIn = ({ results }: Body): string[] => [
  ...new Set(
    inOrder(results)
      .filter(({ op }) => op.kind !== "source" && op.kind !== "movement")
      .map(nameOf),
  ),
];

/** The functions in a cluster's expressions. */
export function functionsIn(cluster: Cluster): Tensor[] {
  const { core } = cluster;
  const stored = new Set([...cluster.leaves, ...cluster.operands]);
  const ahead = (node: Tensor) => !stored.has(node) && (node !== core || core.op.kind === "reduce");
  return inOrder(storedBy(cluster), ahead).filter((node) => !stored.has(node) && node.op.kind === "elementwise");
}

/** What a cluster computes, whose core takes so many operations: that, and one for each element of each function. */
export const flopsOf = (cluster: Cluster, ofCore: number): number =>
  functionsIn(cluster).reduce(
    (total, { size, dtype }) => total + (dtype === "f32" ? size : 0),
    cluster.core === null ? 0 : ofCore,
  );

/** What a dispatch computes, reads and writes. */
export function workOf(
  cluster: Cluster,
  lowered: Lowered,
  halves: Halves,
): Pick<Dispatch, "flops" | "read" | "written"> {
  const { core } = cluster;
  const results = storedBy(cluster);
  const read = new Set(
    lowered
      .binds(new Map())
      .filter((tensor) => !results.includes(tensor))
      .map(baseOf),
  );
  const written = core?.op.kind === "update" ? [core.inputs.at(-1)!] : results;
  return {
    flops: flopsOf(cluster, lowered.flops),
    read: [...read].reduce((total, tensor) => total + bytesOf(tensor, halves), 0),
    written: written.reduce((total, tensor) => total + bytesOf(tensor, halves), 0),
  };
}
