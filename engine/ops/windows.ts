/** The windows of an image as axes of their own: pooling and the like are reductions over them. */

import { expectFloats } from "../expect.ts";
import type { Attributes, MovementOp, Reading } from "../op.ts";
import type { Position } from "../position.ts";
import { sameShape, showShape, type Shape } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";
import { movement } from "./declareMovement.ts";
import { broadcast, reshape, slice, transpose } from "./movement.ts";
import {
  pair,
  slidingWindow,
  windowsAlong,
  type Pair,
  type SlidingWindow,
  type WindowOptions,
} from "./slidingWindow.ts";

interface Gathered extends Attributes {
  window: SlidingWindow;
  shape: Shape;
  /** What is read outside the image. */
  fill: number;
}

/** The first axis of pixels or windows, and of taps. */
const PLACE = 2;
const TAP = 4;

/** Reads another place at the same tap, where all conditions hold. */
const readingFrom = <I, C>(
  position: Position<I, C>,
  shape: Shape,
  [row, column]: readonly I[],
  conditions: readonly C[],
  fill: number,
): Reading<I, C> => ({
  alternatives: [
    {
      when: conditions.length === 0 ? null : conditions.reduce((a, b) => position.math.both(a, b)),
      input: 0,
      position: position.at(shape, position.parts.with(PLACE, row).with(PLACE + 1, column)),
    },
  ],
  fill,
});

/** `[n, c, h, w, kh, kw] → [n, c, oh, ow, kh, kw]`: from window (p, q) to the pixels its taps meet, one for each (u, v). */
const gatherOp: MovementOp = movement<Gathered>({
  name: "gatherWindows",
  infer: ([x], { shape }) => ({ shape, dtype: x.dtype }),
  read<I, C>(position: Position<I, C>, [shape]: readonly Shape[], { window, fill }: Gathered) {
    const { math, parts } = position;
    const { stride, padding, dilation } = window;
    const met = [0, 1].map((axis) =>
      math.shift(
        math.sum(math.scale(parts[PLACE + axis], stride[axis]), math.scale(parts[TAP + axis], dilation[axis])),
        -padding[axis],
      ),
    );
    const inside = met.flatMap((at, axis) => (padding[axis] === 0 ? [] : [math.within(at, 0, shape[PLACE + axis])]));
    const from = met.map((at, axis) => (padding[axis] === 0 ? at : math.limit(at, shape[PLACE + axis] - 1)));
    return readingFrom(position, shape, from, inside, fill);
  },
  vjp: [(dy, [x], _y, { window }) => apply(scatterOp, [dy], { window, shape: x.shape })],
});

/** `[n, c, oh, ow, kh, kw] → [n, c, h, w, kh, kw]`: each tap back at the pixel it met, zero where none met: the adjoint. */
const scatterOp: MovementOp = movement<Omit<Gathered, "fill">>({
  name: "scatterWindows",
  infer: ([y], { shape }) => ({ shape, dtype: y.dtype }),
  read<I, C>(position: Position<I, C>, [shape]: readonly Shape[], { window }: Omit<Gathered, "fill">) {
    const { math, parts } = position;
    const { stride, padding, dilation } = window;
    // p · stride = i + padding − u · dilation, with u counted from the last tap so that nothing is subtracted.
    const places = [0, 1].map((axis) => {
      const reach = (shape[TAP + axis] - 1) * dilation[axis];
      const before = math.mirror(math.scale(parts[TAP + axis], dilation[axis]), reach);
      return math.shift(math.sum(parts[PLACE + axis], before), padding[axis] - reach);
    });
    const met = places.flatMap((at, axis) => {
      const between = math.within(at, 0, (shape[PLACE + axis] - 1) * stride[axis] + 1);
      return stride[axis] === 1 ? [between] : [between, math.within(math.modulo(at, stride[axis]), 0, 1)];
    });
    const from = places.map((at, axis) => math.limit(math.divide(at, stride[axis]), shape[PLACE + axis] - 1));
    return readingFrom(position, shape, from, met, 0);
  },
  vjp: [(dx, [y], _x, { window }) => apply(gatherOp, [dx], { window, shape: y.shape, fill: 0 })],
});

/**
 * The windows of an image: `x [n, c, h, w] → [n, c, oh, ow, kh, kw]`, element (p, q, u, v) being pixel
 * (p · stride + u · dilation − padding, …); `fill` (0 by default) outside the image. A last row or column that does not fit is dropped. A
 * movement: nothing is computed before something reads it.
 */
export function windows(
  x: Tensor,
  kernel: number | Pair,
  { fill = 0, ...options }: WindowOptions & { fill?: number } = {},
): Tensor {
  const window = slidingWindow("windows", options);
  const taps = pair(kernel);
  if (x.rank !== 4 || !taps.every((extent) => Number.isInteger(extent) && extent >= 1))
    throw new RangeError(
      `windows: takes x [n, c, h, w] and kernels ≥ 1, got ${showShape(x.shape)}, ${showShape(taps)}`,
    );
  expectFloats("windows", [x]);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const [rows, columns] = [windowsAlong(h, taps[0], 0, window), windowsAlong(w, taps[1], 1, window)];
  if (rows < 1 || columns < 1)
    throw new RangeError(
      `windows: a window does not fit into the padded image (x ${showShape(x.shape)}, kernel ${showShape(taps)})`,
    );
  if (areTiles(taps, window)) {
    const whole = slice(x, [null, null, [0, rows * taps[0]], [0, columns * taps[1]]]);
    return transpose(reshape(whole, [n, c, rows, taps[0], columns, taps[1]]), [0, 1, 2, 4, 3, 5]);
  }
  const everywhere = broadcast(reshape(x, [...x.shape, 1, 1]), [...x.shape, ...taps]);
  return apply(gatherOp, [everywhere], { window, shape: [n, c, rows, columns, ...taps], fill });
}

/**
 * The adjoint of `windows`: `y [n, c, oh, ow, kh, kw] → shape [n, c, h, w]`, in every pixel the sum of the taps that meet it. Throws a
 * RangeError when no image of `shape` has these windows.
 */
export function overlapAdd(y: Tensor, { shape, ...options }: WindowOptions & { shape: Shape }): Tensor {
  const window = slidingWindow("overlapAdd", options);
  const [rows, columns] = [0, 1].map((axis) =>
    windowsAlong(shape[PLACE + axis], y.shape[TAP + axis], axis as 0 | 1, window),
  );
  if (y.rank !== 6 || !sameShape(y.shape, [shape[0], shape[1], rows, columns, y.shape[TAP], y.shape[TAP + 1]]))
    throw new RangeError(`overlapAdd: no image ${showShape(shape)} has windows ${showShape(y.shape)}`);
  expectFloats("overlapAdd", [y]);
  return apply(scatterOp, [y], { window, shape: [...shape, ...y.shape.slice(TAP)] }).sum([TAP, TAP + 1]);
}

/** Whether windows lie side by side: then they are a reshape, and no sum is needed for their gradient. */
const areTiles = (taps: Pair, { stride, padding, dilation }: SlidingWindow): boolean =>
  [0, 1].every(
    (axis) => stride[axis] === taps[axis] && padding[axis] === 0 && (dilation[axis] === 1 || taps[axis] === 1),
  );
