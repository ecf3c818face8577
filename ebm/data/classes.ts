/** The classes of batches, and the data of which classes are known. */

import { choice, dispose, fromArray, take, type Key, type Tensor } from "../../engine/index.ts";
import { classesIn } from "./labelled.ts";

/** The classes of items that a source draws. */
export interface Classes {
  /** How many there are. */
  count: number;
  /** Items whose class is known. */
  known: number;
  /** Those of the batch that a source of as many items draws with the same key: u32 `[count]`. */
  of(key: Key, count: number): Tensor;
  dispose(): void;
}

/** Labels by item, on the GPU; `count` classes, by default one more than the largest label. */
export function classesOf(labels: Uint8Array, count = classesIn(labels)): Classes {
  const table = fromArray({ dtype: "u32", shape: [labels.length], data: Uint32Array.from(labels) });
  return {
    ...{ count, known: labels.length },
    of: (key, batch) => take(table, choice(key, labels.length, batch)),
    dispose: () => dispose(table),
  };
}

/**
 * The rows of the first `each` items of every class, in their order.
 * @throws RangeError when a class has fewer
 */
export function firstOfEach(labels: Uint8Array, each: number, where = "data.labels"): number[] {
  const seen = new Uint32Array(classesIn(labels));
  const rows = [...labels.keys()].filter((row) => seen[labels[row]]++ < each);
  const few = seen.findIndex((count) => count < each);
  if (few >= 0) throw new RangeError(`${where}: class ${few} has ${seen[few]} items, got ${each}`);
  return rows;
}
