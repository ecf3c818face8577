/** Parameters by name: out of a tree, through a file, and back. */

import { expect, test } from "vitest";
import {
  key,
  scope,
  tensorsOf,
  zerosLike,
  mapTree,
  type NamedArrays,
  type Tensor,
  type Tree,
} from "../../engine/index.ts";
import { countParameters, FormatError, namedArrays, safetensors, toyNet, treeFrom } from "../../nn/index.ts";
import "../engine/opened.ts";

const like: Tree = scope(() => toyNet({ width: 2 }).init(key(1)));
const blank = (): Tree => mapTree(like, (leaf) => zerosLike(leaf as Tensor));

const f32 = (shape: number[], ...data: number[]) => ({ dtype: "f32" as const, shape, data: Float32Array.from(data) });

test("namedArrays(tree) names every tensor by its path, below a prefix if there is one", async () => {
  expect(Object.keys(await namedArrays(like)).slice(0, 3)).toEqual(["0.weight", "0.bias", "2.weight"]);
  expect(Object.keys(await namedArrays(like, "net"))[0]).toBe("net.0.weight");
});

test("treeFrom(like, namedArrays(tree)) is the tree again, bit for bit, also through safetensors", async () => {
  const arrays = await namedArrays(like);
  const stored = safetensors.decode(safetensors.encode(arrays)).arrays;
  const back = await namedArrays(treeFrom(blank(), stored));
  expect(back).toEqual(arrays);
  expect(Object.keys(back)).toEqual(Object.keys(arrays));
  expect(await namedArrays(treeFrom(blank(), await namedArrays(like, "net"), "net"))).toEqual(arrays);
});

test("treeFrom gives live tensors of its own: the tree it is like stays as it was", async () => {
  const zeros = blank();
  const made = treeFrom(zeros, await namedArrays(like));
  expect(tensorsOf(made).every((leaf) => leaf.state === "live")).toBe(true);
  expect(new Set([...Object.values(await namedArrays(zeros))].flatMap(({ data }) => [...data]))).toEqual(new Set([0]));
});

test("treeFrom names the array that is missing, superfluous, or of the wrong shape or type", async () => {
  const arrays = await namedArrays(like);
  const { "2.bias": _gone, ...missing } = arrays;
  const wrong = (changes: NamedArrays) => () => treeFrom(like, { ...arrays, ...changes });
  const words = new Uint32Array(4);
  expect(() => treeFrom(like, missing)).toThrow(new FormatError('checkpoint: array "2.bias" is missing'));
  expect(wrong({ "2.biases": f32([1], 0) })).toThrow(
    new FormatError('checkpoint: array "2.biases" does not belong to this model'),
  );
  expect(wrong({ "2.bias": f32([2, 2], 1, 2, 3, 4) })).toThrow(
    new FormatError('checkpoint: array "2.bias" should be f32 [4], got f32 [2, 2]'),
  );
  expect(wrong({ "2.bias": { dtype: "u32", shape: [4], data: words } })).toThrow(
    new FormatError('checkpoint: array "2.bias" should be f32 [4], got u32 [4]'),
  );
});

test("treeFrom finds an array missing whose name every object has", () => {
  const odd: Tree = { constructor: tensorsOf(like)[0] };
  expect(() => treeFrom(odd, {})).toThrow('checkpoint: array "constructor" is missing');
});

test("countParameters(tree) adds up all sizes", () => {
  // 2·2 + 2, 2·4 + 4, twice 4·4 + 4, and 4 + 1.
  expect(countParameters(like)).toBe(6 + 12 + 20 + 20 + 5);
  expect(countParameters({})).toBe(0);
});
