/** Expressions over four neighbours at a time: their buffers hold vectors, and a load or store of four takes hardly longer than one. */

import type { Tensor } from "../tensor.ts";
import { elementOf, type LeafUse } from "./emit.ts";
import type { Halves } from "./halves.ts";

/** Four elements of a tensor as they lie in its buffer; null for keys, which are vectors already. */
export const fourOf = (tensor: Tensor, halves: Halves): string | null =>
  tensor.dtype === "key" ? null : `vec4<${elementOf(tensor, halves)}>`;

/** Where the elements of a tensor are stored, and the value of one of them. */
export interface Result {
  tensor: Tensor;
  buffer: string;
  value: string;
}

const FOUR = ["a", "b", "c", "d"];
const COMPONENTS = ["x", "y", "z", "w"];

/**
 * The function `load(i)`, which returns elements 4i to 4i + 3 of a first result and stores those of further ones. `lines` are the text of one
 * element `i`, of which `results` are the values; leaves in `uses` are vectors where they are read at that element only.
 */
export function loadFour(
  lines: readonly string[],
  results: readonly Result[],
  uses: ReadonlyMap<Tensor, LeafUse>,
  halves: Halves,
): string {
  const leaves = [...uses]
    .filter(([leaf, { read, aligned }]) => read && aligned && fourOf(leaf, halves) !== null)
    .map(([leaf, { index }]) => ({ type: elementOf(leaf, halves), buffer: `leaf${index}`, at: `leaf${index}At` }));
  const ofOne = lines.map((line) => leaves.reduce((text, { buffer, at }) => text.replaceAll(`${buffer}[i]`, at), line));
  const index = (at: number) => (at === 0 ? "4u * i" : `4u * i + ${at}u`);
  const four = ({ tensor, buffer }: Result) =>
    `${fourOf(tensor, halves)}(${FOUR.map((one) => `${one}.${buffer}`).join(", ")})`;
  const [first, ...besides] = results;
  return [
    "struct Values {",
    ...results.map(({ tensor, buffer }) => `  ${buffer}: ${elementOf(tensor, halves)},`),
    "}",
    "",
    `fn values(${["i: u32", ...leaves.map(({ at, type }) => `${at}: ${type}`)].join(", ")}) -> Values {`,
    ...ofOne.map((line) => `  ${line}`),
    `  return Values(${results.map(({ value }) => value).join(", ")});`,
    "}",
    "",
    `fn load(i: u32) -> ${fourOf(first.tensor, halves)} {`,
    ...leaves.map(({ at, buffer }) => `  let ${at} = ${buffer}[i];`),
    ...FOUR.map((one, at) => {
      const components = leaves.map((leaf) => `${leaf.at}.${COMPONENTS[at]}`);
      return `  let ${one} = values(${[index(at), ...components].join(", ")});`;
    }),
    ...besides.map((result) => `  ${result.buffer}[i] = ${four(result)};`),
    `  return ${four(first)};`,
    "}",
  ].join("\n");
}
