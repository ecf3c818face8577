/** Windows that slide over an image: how far they step, how wide they reach, how many fit. */

import type { Attributes } from "../op.ts";

/** Rows and columns. */
export type Pair = readonly [number, number];

export interface WindowOptions {
  /** Distance between windows, one number or [rows, columns]; at least 1. */
  stride?: number | Pair;
  /** Zeros around the image, one number or [rows, columns]. */
  padding?: number | Pair;
  /** Distance between the taps of a window; at least 1. */
  dilation?: number | Pair;
}

export interface SlidingWindow extends Attributes {
  stride: Pair;
  padding: Pair;
  dilation: Pair;
}

/** One number as rows and columns alike. */
export const pair = (value: number | Pair): Pair => (typeof value === "number" ? [value, value] : value);

/** Options in full. Throws a RangeError, in the name of `where`, for numbers that no window has. */
export function slidingWindow(where: string, { stride = 1, padding = 0, dilation = 1 }: WindowOptions): SlidingWindow {
  const window = { stride: pair(stride), padding: pair(padding), dilation: pair(dilation) };
  const whole = (values: Pair, least: number) => values.every((value) => Number.isInteger(value) && value >= least);
  if (!whole(window.stride, 1) || !whole(window.padding, 0) || !whole(window.dilation, 1))
    throw new RangeError(`${where}: stride and dilation are integers ≥ 1, padding ≥ 0, got ${JSON.stringify(window)}`);
  return window;
}

/** How many windows of `taps` taps fit along one axis; none or less where not even one does. */
export const windowsAlong = (
  extent: number,
  taps: number,
  axis: 0 | 1,
  { stride, padding, dilation }: SlidingWindow,
): number => Math.floor((extent + 2 * padding[axis] - dilation[axis] * (taps - 1) - 1) / stride[axis]) + 1;
