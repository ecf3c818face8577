/** Programs over data, batch by batch: a number or a row for each item. */

import {
  compile,
  currentDevice,
  dispose,
  foldIn,
  key as keyOf,
  normal,
  toArray,
  type Key,
  type Tensor,
} from "../../engine/index.ts";
import type { Labelled } from "../data/labelled.ts";
import type { Fields, SettingsOf } from "../settings.ts";
import type { Evaluated } from "./evaluated.ts";

/** The options of every evaluation that goes over data. */
export const itemFields = {
  part: { kind: "choice", about: "which data: held out, or trained on", values: ["test", "train"] },
  count: { kind: "integer", about: "items, the first ones; 0 for all", min: 0 },
  batch: { kind: "integer", about: "items at a time", min: 1 },
  noise: { kind: "boolean", about: "add the input noise of training, as published" },
  seed: { kind: "integer", about: "of noise and chains", min: 0 },
} as const satisfies Fields;

export type ItemOptions = SettingsOf<typeof itemFields>;

export const itemDefaults: ItemOptions = { part: "test", count: 0, batch: 100, noise: true, seed: 0 };

/** A program over a batch `[n, …]` under what was learned, whose results have a row for each item. */
export type ItemProgram<Name extends string> = (
  learned: Evaluated["learned"],
  x: Tensor,
  key: Key,
) => Record<Name, Tensor>;

/** A program compiled for items, by which it is gone over any set of them; `dispose` gives it up. */
export interface OverItems<Name extends string> {
  /**
   * What the program gives for the first `count` items (0 for all): for each result its rows, flat. All batches are of one size, so that
   * one plan serves them: where there are not enough items left, the last batch begins earlier.
   */
  (items: Labelled, options: { count: number; batch: number; seed: number }): Promise<Record<Name, Float32Array>>;
  dispose(): void;
}

/** Compiles a program over items under what a model has learned. */
export function overItems<Name extends string>(
  { learned }: Pick<Evaluated, "learned">,
  program: ItemProgram<Name>,
): OverItems<Name> {
  const compiled = compile((learned: Evaluated["learned"], x: Tensor, key: Key) => program(learned, x, key));
  const run = async (
    items: Labelled,
    options: { count: number; batch: number; seed: number },
  ): Promise<Record<Name, Float32Array>> => {
    const count = countOf(items, options.count);
    const batch = Math.min(options.batch, count);
    const root = keyOf(options.seed);
    const rows = new Map<string, Float32Array>();
    const reads: Promise<void>[] = [];
    for (let first = 0; first < count; first += batch) {
      const start = Math.min(first, count - batch);
      const x = items.items(start, batch);
      const results = compiled(learned, x, foldIn(root, start));
      for (const [name, values] of Object.entries<Tensor>(results)) {
        const width = values.size / batch;
        const whole = rows.get(name) ?? new Float32Array(count * width);
        rows.set(name, whole);
        const read = toArray(values).then(({ data }) => {
          whole.set(data, start * width);
          dispose(values);
        });
        // Failures surface where all are waited for.
        read.catch(() => undefined);
        reads.push(read);
      }
      await currentDevice("evaluate").throttle();
      dispose(x);
    }
    await Promise.all(reads);
    return Object.fromEntries(rows) as Record<Name, Float32Array>;
  };
  return Object.assign(run, { dispose: () => compiled.dispose() });
}

/** So many items, 0 for all. @throws RangeError for more than there are */
export function countOf({ name, count: total }: Labelled, count: number): number {
  if (count > total) throw new RangeError(`count: ${name} has ${total} items, got ${count}`);
  return count === 0 ? total : count;
}

/** Items with the input noise of training, where the options ask for it. */
export const withNoise = (
  model: Pick<Evaluated, "noise">,
  { noise }: { noise: boolean },
  x: Tensor,
  key: Key,
): Tensor => (noise && model.noise > 0 ? x.add(normal(key, x.shape).mul(model.noise)) : x);

/** The labels of the first items. @throws RangeError where there are none */
export function labelsOf(where: string, { name, labels }: Labelled, count: number): Uint8Array {
  if (labels === null) throw new RangeError(`${where}: asks for classes, and ${name} has none`);
  return labels.subarray(0, count);
}

/** What a card says of the items. */
export const itemCard = (
  model: Pick<Evaluated, "noise">,
  items: Labelled,
  { part, count, noise, seed }: Pick<ItemOptions, "part" | "count" | "noise" | "seed">,
): Record<string, string | number> => ({
  data: `${items.name}, ${part}`,
  items: countOf(items, count),
  "input noise": noise ? model.noise : 0,
  seed,
});
