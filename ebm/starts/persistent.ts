/** Chains that go on where they stopped: a replay buffer on the GPU (Tieleman 2008; Du & Mordatch 2019). */

import { choice, foldIn, isFinite, normal, put, take, Tensor, uniform, where, type Shape } from "../../engine/index.ts";
import type { Start } from "./start.ts";

export interface PersistentOptions {
  /** Chains in the buffer. */
  size: number;
  /** Shape of one of them. */
  item: Shape;
  /** They start as U(−scale, scale). */
  scale?: number;
  /** Standard deviation of the noise that is added whenever they go on. */
  noise?: number;
}

/** Distinct random members of a buffer; the chains' ends go back to the same places. */
export function persistentStart({ size, item, scale = 1, noise = 0 }: PersistentOptions): Start {
  return {
    memory: (key) => uniform(key, [size, ...item], -scale, scale),
    most: size,
    usesData: false,
    draw(key, [count], _data, memory) {
      if (!(memory instanceof Tensor)) throw new TypeError("persistentStart: the replay buffer is missing");
      const rows = choice(key, size, count);
      const left = take(memory, rows);
      const x = noise === 0 ? left : left.add(normal(foldIn(key, 0), left.shape).mul(noise));
      // What a chain lost to NaN or infinity stays as it was: in the buffer it would be lost for good.
      return { x, remember: (end) => ({ memory: put(memory, rows, where(isFinite(end), end, left)) }) };
    },
  };
}
