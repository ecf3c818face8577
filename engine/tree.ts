/** Trees: tensors nested in plain objects and arrays, such as the parameters of a net. */

import { Tensor } from "./tensor.ts";

export type Tree = Tensor | readonly Tree[] | { readonly [name: string]: Tree };

/** The tensors of a tree, in order, each with its path: `layers.0.weight`. */
export function leavesOf(tree: unknown, path = ""): [path: string, leaf: unknown][] {
  if (tree instanceof Tensor || typeof tree !== "object" || tree === null) return [[path, tree]];
  return Object.entries(tree).flatMap(([name, child]) => leavesOf(child, path === "" ? name : `${path}.${name}`));
}

/** The tensors of a tree, in order. */
export const tensorsOf = (tree: Tree): Tensor[] => leavesOf(tree).map(([, leaf]) => leaf as Tensor);

/** The same tree with other leaves. */
export function mapTree<T>(tree: T, change: (leaf: unknown, path: string) => unknown, path = ""): T {
  if (tree instanceof Tensor || typeof tree !== "object" || tree === null) return change(tree, path) as T;
  const below = (name: string) => (path === "" ? name : `${path}.${name}`);
  if (Array.isArray(tree))
    return tree.map((child, index) => mapTree(child as unknown, change, below(String(index)))) as T;
  return Object.fromEntries(
    Object.entries(tree).map(([name, child]) => [name, mapTree(child as unknown, change, below(name))]),
  ) as T;
}

/** Leaf by leaf over trees of one structure. */
export function zipTrees<T extends Tree>(
  first: T,
  others: readonly Tree[],
  combine: (leaves: readonly Tensor[], path: string) => Tensor,
): T {
  const rows = others.map((tree) => tensorsOf(tree));
  let index = 0;
  return mapTree(first, (leaf, path) => {
    const at = index++;
    return combine([leaf as Tensor, ...rows.map((row) => row[at])], path);
  });
}
