/** Keeps the present training in the file system of the page, so that it goes on after a reload, or another device. */

import { readFile, writeAtomically } from "#host";
import type { MetricsRow } from "../../../../ebm/index.ts";
import type { NamedArrays } from "../../../../engine/hostArray.ts";
import { FormatError } from "../../../../nn/formatError.ts";
import { decode, encode } from "../../../../nn/formats/safetensors.ts";
import { numbersLine, numbersOf } from "../../../run/records.ts";
import type { Model } from "./protocol.ts";

const path = "landscape/kept.safetensors";

/** What was kept of a training. */
export interface Kept {
  arrays: NamedArrays;
  past: MetricsRow[];
}

/** Writes a training and the numbers of its past, over those of the one before. */
export async function keep(model: Model, arrays: NamedArrays, past: readonly MetricsRow[]): Promise<void> {
  const lines = past.map(numbersLine).join("\n");
  await writeAtomically(path, encode(arrays, { model: identity(model), past: lines }));
}

/** What was kept of this very model, null if that is nothing. */
export async function keptOf(model: Model): Promise<Kept | null> {
  const bytes = await readFile(path);
  if (bytes === null) return null;
  try {
    const { arrays, metadata } = decode(bytes);
    if (metadata.model !== identity(model)) return null;
    const lines = metadata.past.split("\n").filter((line) => line !== "");
    return { arrays, past: lines.map((line) => numbersOf(JSON.parse(line))) };
  } catch (error) {
    // Written by another version, or damaged: it begins anew.
    if (error instanceof FormatError) return null;
    throw error;
  }
}

const identity = ({ system, settings, points }: Model): string =>
  JSON.stringify([system, settings, points === null ? null : [...points]]);
