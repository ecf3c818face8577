/** Where chains start. */

import type { Key, Shape, Tensor, Tree } from "../../engine/index.ts";

/** Positions to start from, and what to do with the positions in which the chains end. */
export interface Started {
  x: Tensor;
  /** The memory after the walk, null where there is none; and what may be told of it, scalars by name. */
  remember(end: Tensor): { memory: Tree | null; numbers?: Readonly<Record<string, Tensor>> };
}

export interface Start {
  /** What is kept between updates, a replay buffer `[size, …]` or what a generator has learned; null for nothing. */
  memory(key: Key): Tree | null;
  /** The most chains it can start at once. */
  readonly most: number;
  /** Whether `draw` asks for data. */
  readonly usesData: boolean;
  /**
   * Starts for `shape` = [n, …]; `data` gives the batch of data, of that shape. Starts that tell classes apart begin with those
   * that are asked for, u32 `[n]`; the others take no notice.
   */
  draw(key: Key, shape: Shape, data: () => Tensor, memory: Tree | null, classes?: Tensor | null): Started;
}

/** Positions drawn afresh, `shape` = [n, …], of the classes `[n]` if there are any. */
export type Draw = (key: Key, shape: Shape, classes: Tensor | null) => Tensor;

/** Starts that remember nothing. */
export const forgetful = (draw: Draw): Start => ({
  memory: () => null,
  most: Infinity,
  usesData: false,
  draw: (key, shape, _data, _memory, classes = null) => ({
    x: draw(key, shape, classes),
    remember: () => ({ memory: null }),
  }),
});
