/** A part of a training: an equation whose symbols lead to lines of TypeScript and to dispatches. */

import type { SourceFile } from "../sources.ts";

/** A symbol of an equation. */
export interface Sign {
  math: string;
  meaning: string;
  /** the lines of the part's file that it stands for */
  lines: RegExp;
  /** the dispatches that compute it, by their names; null of what takes none */
  dispatches: RegExp | null;
  /** the lines of their shaders that do, where these can be told from the others */
  shader?: RegExp;
}

export interface Part {
  name: string;
  title: string;
  file: SourceFile;
  /** symbols, and what stands between them */
  equation: readonly (string | Sign)[];
  /** what there is to see, in a sentence */
  about: string;
}

/** The signs of a part. */
export const signsOf = ({ equation }: Part): readonly Sign[] =>
  equation.filter((token): token is Sign => typeof token !== "string");

/** Dispatches of a walk of chains. */
export const walked = /walk\./;

/** Where a program ends with what was learned, unless the numbers were strange. */
export const written = /(where|optimizer\.\w+)$/;

/** Dispatches that draw a batch of data, and add noise to it. */
export const batched = /^(randomIndex|permute|take|add|mul|sum → sqrt)/;

/** How an update ends, by the lines of its file that take the slope of the loss, and the loss. */
export const learning = (slope: RegExp, loss: RegExp): readonly (string | Sign)[] => [
  ";   θ ← θ − rate · ",
  { math: "∇θ", meaning: "the slope of the loss in the parameters", lines: slope, dispatches: /∇loss/ },
  " ",
  { math: "L", meaning: "the loss", lines: loss, dispatches: /^loss/ },
  ";   ",
  { math: "θ ←", meaning: "the optimiser's move", lines: /optimizer\.update/, dispatches: written },
];
