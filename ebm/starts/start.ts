/** Where chains start. */

import type { Key, Shape, Tensor } from "../../engine/index.ts";

/** Positions to start from, and what to do with the positions in which the chains end. */
export interface Started {
  x: Tensor;
  /** The memory after the walk; null where there is none. */
  remember(end: Tensor): Tensor | null;
}

export interface Start {
  /** What is kept between updates, such as a replay buffer `[size, …]`; null for nothing. */
  memory(key: Key): Tensor | null;
  /** The most chains it can start at once. */
  readonly most: number;
  /** Whether `draw` asks for data. */
  readonly usesData: boolean;
  /** Starts for `shape` = [n, …]; `data` gives the batch of data, of that shape. */
  draw(key: Key, shape: Shape, data: () => Tensor, memory: Tensor | null): Started;
}

/** Starts that remember nothing. */
export const forgetful = (draw: (key: Key, shape: Shape) => Tensor): Start => ({
  memory: () => null,
  most: Infinity,
  usesData: false,
  draw: (key, shape) => ({ x: draw(key, shape), remember: () => null }),
});
