/** Keeps what a room works at, a training or a race, in the file system of the page: it goes on after a reload, or on another device. */

import { readFile, writeAtomically } from "#host";
import type { NamedArrays } from "../../engine/hostArray.ts";
import type { MetricsRow, Training } from "../../ebm/index.ts";
import { FormatError } from "../../nn/formatError.ts";
import { decode, encode } from "../../nn/formats/safetensors.ts";
import { numbersLine, numbersOf } from "../run/records.ts";

/** Milliseconds after which a training is kept again, and rows of its past at most. */
const EVERY = 10_000;
const MOST_PAST = 2000;

/** What was kept of a training. */
export interface Kept {
  /** what tells it from all others, in the room's own words */
  model: string;
  arrays: NamedArrays;
  past: MetricsRow[];
}

export class Keeper {
  readonly #path: string;
  /** All that was told of the numbers, thinned out. */
  #past: MetricsRow[] = [];
  /** The update that was last kept, and when. */
  #step = 0;
  #at = 0;

  constructor(room: string) {
    this.#path = `${room}/kept.safetensors`;
  }

  /** What this browser has kept, if it is `wanted`; else null. */
  async kept(wanted: (model: string) => boolean): Promise<Kept | null> {
    const bytes = await readFile(this.#path);
    if (bytes === null) return null;
    try {
      const { arrays, metadata } = decode(bytes);
      if (!wanted(metadata.model)) return null;
      const lines = metadata.past.split("\n").filter((line) => line !== "");
      return { model: metadata.model, arrays, past: lines.map((line) => numbersOf(JSON.parse(line))) };
    } catch (error) {
      // Written by another version, or damaged: it begins anew.
      if (error instanceof FormatError) return null;
      throw error;
    }
  }

  /** From here on a training is kept that stands at `step`; its past is that of the one before where none is given. */
  begin(step: number, past: readonly MetricsRow[] = this.#past): void {
    this.#step = step;
    this.#past = [...past];
  }

  /** Rows that were told. */
  push(...rows: readonly MetricsRow[]): void {
    this.#past.push(...rows);
    if (this.#past.length > MOST_PAST) this.#past = this.#past.filter((_, at) => at % 2 === 1);
  }

  /** Whether it is time to keep it again. */
  get due(): boolean {
    return performance.now() - this.#at > EVERY;
  }

  /** Writes a training and its past over those of the one before, if there is anything new. */
  async keep(model: string, training: Pick<Training, "step" | "checkpoint">): Promise<void> {
    this.#at = performance.now();
    if (training.step === this.#step) return;
    this.#step = training.step;
    const lines = this.#past.map(numbersLine).join("\n");
    await writeAtomically(this.#path, encode(await training.checkpoint(), { model, past: lines }));
  }
}

/** `own` with the arrays of `kept` that have the same name, type and shape. */
export function fitting(own: NamedArrays, kept: NamedArrays): NamedArrays {
  const entries = Object.entries(own).map(([name, array]) => {
    const other = kept[name];
    const fits = other?.dtype === array.dtype && other.shape.join() === array.shape.join();
    return [name, fits ? other : array];
  });
  return Object.fromEntries(entries) as NamedArrays;
}
