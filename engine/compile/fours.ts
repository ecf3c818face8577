/** Expressions over four neighbours at a time: their buffers hold vectors, and a load or store of four takes hardly longer than one. */

import type { Tensor } from "../tensor.ts";
import { elementOf, type LeafUse } from "./emit.ts";
import type { Halves } from "./halves.ts";

/** Four elements of a tensor as they lie in its buffer; null for keys, which are vectors already. */
export const fourOf = (tensor: Tensor, halves: Halves): string | null =>
  tensor.dtype === "key" ? null : `vec4<${elementOf(tensor, halves)}>`;

/** What the buffer of a tensor is an array of: single elements, fours, or blocks of so many fours, of which every buffer is a whole number. */
export function itemOf(tensor: Tensor, halves: Halves, fours?: number): string {
  const four = fourOf(tensor, halves);
  if (fours === undefined || four === null) return elementOf(tensor, halves);
  return fours === 1 ? four : `array<${four}, ${fours}>`;
}

/** Where the elements of a tensor are stored, and the value of one of them. */
export interface Result {
  tensor: Tensor;
  buffer: string;
  value: string;
}

const FOUR = ["a", "b", "c", "d"];
const COMPONENTS = ["x", "y", "z", "w"];

/**
 * The function `compute`, which stores elements 4i to 4i + 3 of all `results`, or those of a block of so many `fours`. `lines` are the text
 * of one element `i`; leaves in `uses` are vectors where they are read at that element only. A block of a buffer is looked up once: what
 * lies within it is then known to be in the buffer. What all elements read at one place is read once too.
 */
export function computeFours(
  lines: readonly string[],
  results: readonly Result[],
  uses: ReadonlyMap<Tensor, LeafUse>,
  halves: Halves,
  fours: number,
): string {
  const atElement = [...uses]
    .filter(([leaf, { read, aligned }]) => read && aligned && fourOf(leaf, halves) !== null)
    .map(([leaf, { index }]) => ({
      buffer: `leaf${index}`,
      type: elementOf(leaf, halves),
      text: `leaf${index}[i]`,
      name: `leaf${index}At`,
    }));
  const forAll = [...uses].flatMap(([leaf, { index }]) => {
    const reads = lines.join("\n").match(new RegExp(`\\bleaf${index}\\[\\d+u\\]`, "g"));
    return [...new Set(reads)].map((text, at) => ({
      type: elementOf(leaf, halves),
      text,
      name: `leaf${index}Once${at}`,
    }));
  });
  const given = [...atElement, ...forAll];
  const ofOne = lines.map((line) => given.reduce((one, { text, name }) => one.replaceAll(text, name), line));
  const place = (buffer: string) => (fours === 1 ? `${buffer}[i]` : `(*${buffer}Block)[at]`);
  const index = (at: number) => (at === 0 ? "4u * i" : `4u * i + ${at}u`);
  const ofFour = [
    ...atElement.map(({ name, buffer }) => `let ${name} = ${place(buffer)};`),
    ...FOUR.map((one, at) => {
      const values = [...atElement.map(({ name }) => `${name}.${COMPONENTS[at]}`), ...forAll.map(({ name }) => name)];
      return `let ${one} = values(${[index(at), ...values].join(", ")});`;
    }),
    ...results.map(
      ({ tensor, buffer }) =>
        `${place(buffer)} = ${fourOf(tensor, halves)}(${FOUR.map((one) => `${one}.${buffer}`).join(", ")});`,
    ),
  ];
  const ofBlock = [
    ...[...results, ...atElement].map(({ buffer }) => `let ${buffer}Block = &${buffer}[block];`),
    `for (var at = 0u; at < ${fours}u; at++) {`,
    `  let i = ${fours}u * block + at;`,
    ...ofFour.map((line) => `  ${line}`),
    "}",
  ];
  return [
    "struct Values {",
    ...results.map(({ tensor, buffer }) => `  ${buffer}: ${elementOf(tensor, halves)},`),
    "}",
    "",
    `fn values(${["i: u32", ...given.map(({ name, type }) => `${name}: ${type}`)].join(", ")}) -> Values {`,
    ...ofOne.map((line) => `  ${line}`),
    `  return Values(${results.map(({ value }) => value).join(", ")});`,
    "}",
    "",
    `fn compute(${fours === 1 ? "i" : "block"}: u32) {`,
    ...forAll.map(({ name, text }) => `  let ${name} = ${text};`),
    ...(fours === 1 ? ofFour : ofBlock).map((line) => `  ${line}`),
    "}",
  ].join("\n");
}
