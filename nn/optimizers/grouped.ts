/** Several optimisers for the parts of one tree. */

import { leavesOf, mapTree, type Tensor, type Tree } from "../../engine/index.ts";
import type { Optimizer } from "./optimizer.ts";

export interface Group {
  /** Whether a parameter belongs, by its path: `(path) => path.endsWith("bias")`. */
  takes: (path: string) => boolean;
  optimizer: Optimizer;
  /** What the rate is multiplied by for this group. */
  rate?: number;
}

/**
 * An optimiser in which every parameter belongs to the first group that takes it. The state of a group carries its name:
 * `grouped({ biases: { takes, optimizer: sgd() }, others: … })`. Throws a RangeError for a parameter that no group takes.
 */
export function grouped(groups: Readonly<Record<string, Group>>): Optimizer<Record<string, Tree>> {
  const entries = Object.entries(groups);
  const groupOf = (path: string): string => {
    const found = entries.find(([, { takes }]) => takes(path));
    if (found === undefined)
      throw new RangeError(`grouped: no group takes "${path}" (${entries.map(([name]) => name).join(", ")})`);
    return found[0];
  };
  /** The leaves of a tree that belong to a group, by their paths. */
  const part = (tree: Tree, group: string): Record<string, Tensor> =>
    Object.fromEntries(leavesOf(tree).filter(([path]) => groupOf(path) === group)) as Record<string, Tensor>;
  return {
    init: (parameters) =>
      Object.fromEntries(entries.map(([name, { optimizer }]) => [name, optimizer.init(part(parameters, name))])),
    update(parameters, slopes, state, rate) {
      const results = entries.map(([name, group]) => {
        const own = group.rate === undefined ? rate : rate.mul(group.rate);
        return [name, group.optimizer.update(part(parameters, name), part(slopes, name), state[name], own)] as const;
      });
      const moved = new Map(results.flatMap(([, { parameters }]) => Object.entries(parameters)));
      return {
        parameters: mapTree(parameters, (_leaf, path) => moved.get(path)),
        state: Object.fromEntries(results.map(([name, { state }]) => [name, state])),
      };
    },
  };
}
