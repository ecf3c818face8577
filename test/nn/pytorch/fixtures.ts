/** Arrays that PyTorch computed: read from test/fixtures/pytorch, as trees. */

import { expect } from "vitest";
import type { ReferenceTensor } from "../../../engine/index.ts";
import { safetensors } from "../../../nn/index.ts";

/** Arrays nested by their names. */
export type Arrays = { [name: string]: Arrays | ReferenceTensor };

/** The cases of a file, by name: `CASE/parameters.weight` is `cases.get(CASE)` at `["parameters", "weight"]`. */
export async function casesOf(url: string): Promise<Map<string, Arrays>> {
  const { arrays } = safetensors.decode(new Uint8Array(await (await fetch(url)).arrayBuffer()));
  const cases = new Map<string, Arrays>();
  for (const [name, array] of Object.entries(arrays)) {
    const [label, ...rest] = name.split("/");
    const path = rest.join(".").split(".");
    if (!cases.has(label)) cases.set(label, {});
    let tree = cases.get(label)!;
    for (const part of path.slice(0, -1)) tree = (tree[part] ??= {}) as Arrays;
    tree[path.at(-1)!] = array;
  }
  return cases;
}

/** Half a unit in the last place of what the file holds, and what float64 itself may differ by near zero. */
const tolerance = (wanted: number): number => 2 ** -24 * Math.abs(wanted) + 1e-12;

/** Asserts that numbers of the reference are those of the file, which PyTorch computed in float64 too and stored as f32. */
export function expectSame(name: string, found: ReferenceTensor, wanted: ReferenceTensor): void {
  expect([name, found.shape]).toEqual([name, wanted.shape]);
  const off = Array.from(wanted.data).flatMap((value, at) =>
    Math.abs(found.data[at] - value) <= tolerance(value) ? [] : [`${found.data[at]} at ${at}, PyTorch has ${value}`],
  );
  expect([name, off]).toEqual([name, []]);
}

/** Asserts the same of all arrays of a tree. */
export function expectSameTree(name: string, found: Arrays, wanted: Arrays): void {
  expect([name, Object.keys(found).sort()]).toEqual([name, Object.keys(wanted).sort()]);
  for (const [part, array] of Object.entries(wanted)) {
    const below = `${name}.${part}`;
    if (isArray(array)) expectSame(below, found[part] as ReferenceTensor, array);
    else expectSameTree(below, found[part] as Arrays, array);
  }
}

const isArray = (tree: Arrays | ReferenceTensor): tree is ReferenceTensor => "data" in tree && "shape" in tree;
