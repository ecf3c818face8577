/** Chains that go on where they stopped: a replay buffer on the GPU (Tieleman 2008; Du & Mordatch 2019). */

import { choice, isFinite, put, take, uniform, where, type Shape } from "../../engine/index.ts";
import type { Start } from "./start.ts";

export interface PersistentOptions {
  /** Chains in the buffer. */
  size: number;
  /** Shape of one of them. */
  item: Shape;
  /** They start as U(−scale, scale). */
  scale?: number;
}

/** Distinct random members of a buffer; the chains' ends go back to the same places. */
export function persistentStart({ size, item, scale = 1 }: PersistentOptions): Start {
  return {
    memory: (key) => uniform(key, [size, ...item], -scale, scale),
    most: size,
    usesData: false,
    draw(key, [count], _data, memory) {
      if (memory === null) throw new TypeError("persistentStart: the replay buffer is missing");
      const rows = choice(key, size, count);
      const x = take(memory, rows);
      // What a chain lost to NaN or infinity stays as it was: in the buffer it would be lost for good.
      return { x, remember: (end) => put(memory, rows, where(isFinite(end), end, x)) };
    },
  };
}
