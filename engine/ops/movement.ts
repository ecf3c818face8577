/** Ops that only say where each element comes from. They cost nothing where the reader is another expression. */

import type { DType } from "../hostArray.ts";
import type { Attributes } from "../op.ts";
import { axesOf, axisOf, broadcastShapes, checkShape, sameShape, showShape, sizeOf, type Shape } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";
import { movement, only } from "./declareMovement.ts";
import { sum } from "./reduce.ts";
import { constant } from "./sources.ts";

export const reshapeOp = movement<{ shape: Shape }>({
  name: "reshape",
  infer: ([x], { shape }) => ({ shape, dtype: x.dtype }),
  read: (position, [shape]) => only(position.reshaped(shape)),
  vjp: [(dy, [x]) => reshape(dy, x.shape)],
});

/** The same elements in row-major order under another shape; one extent may be −1. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = shape.reduce((size, extent) => (extent === -1 ? size : size * extent), 1);
  const full = shape.map((extent) => (extent === -1 ? Math.floor(x.size / known) : extent));
  if (shape.filter((extent) => extent === -1).length > 1 || sizeOf(full) !== x.size)
    throw new RangeError(`reshape: ${showShape(shape)} does not hold the ${x.size} elements of ${showShape(x.shape)}`);
  return sameShape(full, x.shape) ? x : apply(reshapeOp, [x], { shape: checkShape("reshape", full) });
}

export const broadcastOp = movement<{ shape: Shape }>({
  name: "broadcast",
  infer: ([x], { shape }) => ({ shape, dtype: x.dtype }),
  read(position, [shape]) {
    const offset = position.shape.length - shape.length;
    const parts = shape.map((extent, axis) =>
      extent === 1 ? position.math.constant(0) : position.part(axis + offset),
    );
    return only(sizeOf(shape) === sizeOf(position.shape) ? position.reshaped(shape) : position.at(shape, parts));
  },
  vjp: [(dy, [x]) => sumTo(dy, x.shape)],
});

/** Repeats `x` along new leading axes and along extents of 1, up to `shape`. */
export function broadcast(x: Tensor, shape: Shape): Tensor {
  if (!sameShape(broadcastShapes("broadcast", x.shape, shape), shape))
    throw new RangeError(`broadcast: ${showShape(x.shape)} does not stretch to ${showShape(shape)}`);
  return sameShape(x.shape, shape) ? x : apply(broadcastOp, [x], { shape });
}

/** Sums the axes that broadcasting stretched: the adjoint of `broadcast`. */
function sumTo(x: Tensor, shape: Shape): Tensor {
  const offset = x.rank - shape.length;
  const axes = x.shape.flatMap((extent, axis) =>
    axis < offset || (shape[axis - offset] === 1 && extent !== 1) ? [axis] : [],
  );
  return reshape(sum(x, axes), shape);
}

export const transposeOp = movement<{ axes: readonly number[] }>({
  name: "transpose",
  infer: ([x], { axes }) => ({ shape: axes.map((axis) => x.shape[axis]), dtype: x.dtype }),
  read: (position, [shape], { axes }) =>
    only(
      position.at(
        shape,
        shape.map((_, axis) => position.parts[axes.indexOf(axis)]),
      ),
    ),
  vjp: [
    (dy, [x], _y, { axes }) =>
      transpose(
        dy,
        x.shape.map((_, axis) => axes.indexOf(axis)),
      ),
  ],
});

/** Permutes axes: axis i of the result is axis `axes[i]` of `x`. Without `axes` their order is reversed. */
export function transpose(x: Tensor, axes?: readonly number[]): Tensor {
  const order = (axes ?? x.shape.map((_, axis) => x.rank - 1 - axis)).map((axis) => axisOf("transpose", axis, x.rank));
  if (order.length !== x.rank || new Set(order).size !== x.rank)
    throw new RangeError(
      `transpose: axes [${order.join(", ")}] do not permute the ${x.rank} axes of ${showShape(x.shape)}`,
    );
  return order.every((axis, index) => axis === index) ? x : apply(transposeOp, [x], { axes: order });
}

interface Window extends Attributes {
  start: readonly number[];
  step: readonly number[];
  shape: Shape;
}

const sliceOp = movement<Window>({
  name: "slice",
  infer: ([x], { shape }) => ({ shape, dtype: x.dtype }),
  read: (position, [shape], { start, step }) =>
    only(
      position.at(
        shape,
        position.parts.map((part, axis) => position.math.shift(position.math.scale(part, step[axis]), start[axis])),
      ),
    ),
  vjp: [(dy, [x], _y, { start, step }) => spread(dy, x.shape, start, step)],
});

/** One axis of a slice: an index range `[start, end)` with a step; negative bounds count from the end. */
export type Range = readonly [start: number, end?: number, step?: number] | null;

/** A box of elements: one range per axis, `null` for all of it. */
export function slice(x: Tensor, ranges: readonly Range[]): Tensor {
  const wrap = (bound: number, extent: number) => (bound < 0 ? bound + extent : bound);
  const boxes = x.shape.map((extent, axis) => {
    const [start, end, step] = ranges[axis] ?? [0];
    const first = wrap(start, extent);
    const last = end === undefined ? extent : wrap(end, extent);
    if (!(first >= 0 && first <= last && last <= extent && (step ?? 1) >= 1))
      throw new RangeError(`slice: [${start}, ${end ?? extent}) is not a range of axis ${axis}, extent ${extent}`);
    return { start: first, step: step ?? 1, extent: Math.ceil((last - first) / (step ?? 1)) };
  });
  if (ranges.length > x.rank) throw new RangeError(`slice: ${ranges.length} ranges for ${showShape(x.shape)}`);
  const shape = boxes.map((box) => box.extent);
  if (sameShape(shape, x.shape)) return x;
  return apply(sliceOp, [x], { start: boxes.map((box) => box.start), step: boxes.map((box) => box.step), shape });
}

const spreadOp = movement<Window>({
  name: "spread",
  infer: ([x], { shape }) => ({ shape, dtype: x.dtype }),
  read(position, [shape], { start, step }) {
    const { math } = position;
    const inside = shape.flatMap((extent, axis) => {
      const part = position.parts[axis];
      const last = extent === 0 ? start[axis] : start[axis] + (extent - 1) * step[axis] + 1;
      if (start[axis] === 0 && step[axis] === 1 && last === position.shape[axis]) return [];
      const window = math.within(part, start[axis], last);
      if (step[axis] === 1) return [window];
      return [window, math.within(math.modulo(math.shift(part, -start[axis]), step[axis]), 0, 1)];
    });
    const parts = shape.map((extent, axis) => {
      const part = math.divide(math.shift(position.parts[axis], -start[axis]), step[axis]);
      return extent === position.shape[axis] ? part : math.limit(part, Math.max(extent - 1, 0));
    });
    const when = inside.length === 0 ? null : inside.reduce((a, b) => math.both(a, b));
    return { alternatives: [{ when, input: 0, position: position.at(shape, parts) }], fill: 0 };
  },
  vjp: [
    (dy, [x], _y, { start, step }) =>
      slice(
        dy,
        x.shape.map((extent, axis) => [start[axis], start[axis] + (extent - 1) * step[axis] + 1, step[axis]]),
      ),
  ],
});

/** Places `x` in zeros of another shape, element i of an axis at `start + i · step`: the adjoint of `slice`. */
function spread(x: Tensor, shape: Shape, start: readonly number[], step: readonly number[]): Tensor {
  return sameShape(shape, x.shape) ? x : apply(spreadOp, [x], { shape, start, step });
}

/** Adds zeros around `x`: `[before, after]` per axis. */
export function pad(x: Tensor, widths: readonly (readonly [number, number])[]): Tensor {
  if (widths.length !== x.rank || widths.some(([before, after]) => before < 0 || after < 0))
    throw new RangeError(
      `pad: one pair of non-negative widths per axis of ${showShape(x.shape)}, got ${JSON.stringify(widths)}`,
    );
  const shape = x.shape.map((extent, axis) => extent + widths[axis][0] + widths[axis][1]);
  return spread(
    x,
    shape,
    widths.map(([before]) => before),
    widths.map(() => 1),
  );
}

const concatOp = movement<{ axis: number }>({
  name: "concat",
  infer([first, ...rest], { axis }) {
    for (const other of rest)
      if (
        other.dtype !== first.dtype ||
        other.rank !== first.rank ||
        other.shape.some((extent, a) => a !== axis && extent !== first.shape[a])
      )
        throw new RangeError(
          `concat: operands differ beyond axis ${axis}, ${showShape(first.shape)} and ${showShape(other.shape)}`,
        );
    const extent = rest.reduce((total, other) => total + other.shape[axis], first.shape[axis]);
    return { shape: first.shape.with(axis, extent), dtype: first.dtype };
  },
  read(position, shapes, { axis }) {
    let start = 0;
    const alternatives = shapes.map((shape, input) => {
      const low = start;
      start += shape[axis];
      const part = position.math.limit(position.math.shift(position.parts[axis], -low), Math.max(shape[axis] - 1, 0));
      return {
        when: input === shapes.length - 1 ? null : position.math.within(position.parts[axis], low, start),
        input,
        position: position.at(shape, position.parts.with(axis, part)),
      };
    });
    return { alternatives };
  },
  vjp(input, dy, node, { axis }) {
    const start = node.inputs.slice(0, input).reduce((total, other) => total + other.shape[axis], 0);
    return slice(
      dy,
      dy.shape.map((_, a) => (a === axis ? [start, start + node.inputs[input].shape[axis]] : null)),
    );
  },
});

/** How many buffers every device can bind beside the one that is written. */
const MOST_READ = 7;

/** Joins tensors along an axis; many of them in groups, so that no op reads more buffers than a device can bind. */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  if (tensors.length === 0) throw new RangeError("concat: no operands");
  if (tensors.length === 1) return tensors[0];
  if (tensors.length <= MOST_READ) return apply(concatOp, tensors, { axis: axisOf("concat", axis, tensors[0].rank) });
  const groups = Math.ceil(tensors.length / MOST_READ);
  const group = (index: number) => tensors.slice(index * MOST_READ, (index + 1) * MOST_READ);
  return concat(
    Array.from({ length: groups }, (_, index) => concat(group(index), axis)),
    axis,
  );
}

/** Drops axes of extent 1. */
export function squeeze(x: Tensor, axes?: number | readonly number[]): Tensor {
  const drop = axesOf("squeeze", axes, x.rank).filter((axis) => axes !== undefined || x.shape[axis] === 1);
  for (const axis of drop)
    if (x.shape[axis] !== 1) throw new RangeError(`squeeze: axis ${axis} of ${showShape(x.shape)} is not 1`);
  return reshape(
    x,
    x.shape.filter((_, axis) => !drop.includes(axis)),
  );
}

/** x with all axes from `start` on merged into one. */
export const flatten = (x: Tensor, start = 0): Tensor =>
  reshape(x, [...x.shape.slice(0, start), sizeOf(x.shape.slice(start))]);

/** Zeros. */
export const zeros = (shape: Shape, dtype: DType = "f32"): Tensor => broadcast(constant(0, dtype), shape);

/** Ones. */
export const ones = (shape: Shape, dtype: DType = "f32"): Tensor => broadcast(constant(1, dtype), shape);
