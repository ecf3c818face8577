/** Parameters by name, out of a tree and back into it. */

import { fromArray, leavesOf, mapTree, toArray, type NamedArrays, type Tensor, type Tree } from "../engine/index.ts";
import { FormatError } from "./formatError.ts";

/** The arrays of a tree, named by their paths: `0.weight`. */
export async function namedArrays(tree: Tree, prefix = ""): Promise<NamedArrays> {
  const named: NamedArrays = {};
  for (const [path, leaf] of leavesOf(tree, prefix)) named[path] = await toArray(leaf as Tensor);
  return named;
}

/**
 * A tree like `like` with the content of named arrays; live tensors. Throws a FormatError naming the array that is missing,
 * superfluous or of the wrong shape.
 */
export function treeFrom<T extends Tree>(like: T, arrays: NamedArrays, prefix = ""): T {
  const expected = new Map(leavesOf(like, prefix).map(([path, leaf]) => [path, leaf as Tensor]));
  const extra = Object.keys(arrays).find((name) => !expected.has(name));
  if (extra !== undefined) throw new FormatError(`checkpoint: array "${extra}" does not belong to this model`);
  for (const [path, tensor] of expected) {
    const found = arrays[path];
    const describe = (dtype: string, shape: readonly number[]) => `${dtype} [${shape.join(", ")}]`;
    if (!Object.hasOwn(arrays, path)) throw new FormatError(`checkpoint: array "${path}" is missing`);
    const [wanted, got] = [describe(tensor.dtype, tensor.shape), describe(found.dtype, found.shape)];
    if (wanted !== got) throw new FormatError(`checkpoint: array "${path}" should be ${wanted}, got ${got}`);
  }
  return mapTree(like, (_leaf, path) => fromArray(arrays[path]), prefix);
}

/** How many numbers a tree holds. */
export const countParameters = (tree: Tree): number =>
  leavesOf(tree).reduce((total, [, leaf]) => total + (leaf as Tensor).size, 0);
