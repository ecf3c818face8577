/** Tensors taken apart, put together and turned round. Like the movements they are made of, they carry and never compute. */

import { axesOf, axisOf, checkShape, showShape } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";
import { movement, only } from "./declareMovement.ts";
import { broadcast, concat, reshape, slice, type Range } from "./movement.ts";

/** A range of one axis, and everything along the others; see `slice`. */
export function sliceAxis(x: Tensor, axis: number, range: Range): Tensor {
  const at = axisOf("sliceAxis", axis, x.rank);
  return slice(
    x,
    x.shape.map((_, a) => (a === at ? range : null)),
  );
}

/** x with an axis of extent 1 put in, as axis `axis` of the result; −1 is the last. */
export function expandDims(x: Tensor, axis: number): Tensor {
  return reshape(x, x.shape.toSpliced(axisOf("expandDims", axis, x.rank + 1), 0, 1));
}

/** Tensors of one shape as parts along a new axis: `n × [a, b] → [n, a, b]`, or with `axis` 1 `[a, n, b]`. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  if (tensors.length === 0) throw new RangeError("stack: no operands");
  const at = axisOf("stack", axis, tensors[0].rank + 1);
  const other = tensors.find(({ shape }) => showShape(shape) !== showShape(tensors[0].shape));
  if (other !== undefined)
    throw new RangeError(`stack: operands differ, ${showShape(tensors[0].shape)} and ${showShape(other.shape)}`);
  return concat(
    tensors.map((tensor) => expandDims(tensor, at)),
    at,
  );
}

/**
 * x in parts along an axis, the inverse of `concat`: `parts` of equal extent, or one of each extent listed. Throws a
 * RangeError when they do not make up the axis.
 */
export function chunk(x: Tensor, parts: number | readonly number[], axis = 0): Tensor[] {
  const at = axisOf("chunk", axis, x.rank);
  const extents = typeof parts === "number" ? Array<number>(parts).fill(x.shape[at] / parts) : parts;
  checkShape("chunk", extents);
  if (extents.reduce((total, extent) => total + extent, 0) !== x.shape[at])
    throw new RangeError(`chunk: parts of ${showShape(extents)} do not make up axis ${at} of ${showShape(x.shape)}`);
  let start = 0;
  return extents.map((extent) => sliceAxis(x, at, [start, (start += extent)]));
}

const flipOp = movement<{ axes: readonly number[] }>({
  name: "flip",
  infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  read: (position, [shape], { axes }) =>
    only(
      position.at(
        shape,
        position.parts.map((part, axis) =>
          axes.includes(axis) ? position.math.mirror(part, Math.max(shape[axis] - 1, 0)) : part,
        ),
      ),
    ),
  vjp: [(dy, _inputs, _y, { axes }) => flip(dy, axes)],
});

/** x in reverse order along axes (all by default). */
export function flip(x: Tensor, axes?: number | readonly number[]): Tensor {
  const list = axesOf("flip", axes, x.rank).filter((axis) => x.shape[axis] !== 1);
  return list.length === 0 ? x : apply(flipOp, [x], { axes: list });
}

/** x moved on by `shift` places along an axis; what leaves at one end comes in at the other. */
export function roll(x: Tensor, shift: number, axis = 0): Tensor {
  const at = axisOf("roll", axis, x.rank);
  if (!Number.isInteger(shift)) throw new RangeError(`roll: the shift is an integer, got ${shift}`);
  const extent = x.shape[at];
  const places = extent === 0 ? 0 : ((shift % extent) + extent) % extent;
  return places === 0 ? x : concat([sliceAxis(x, at, [extent - places]), sliceAxis(x, at, [0, extent - places])], at);
}

/** Every element `count` times in a row along an axis: 1 2 → 1 1 2 2. */
export function repeat(x: Tensor, count: number, axis = 0): Tensor {
  const at = axisOf("repeat", axis, x.rank);
  checkShape("repeat", [count]);
  const [before, after] = [x.shape.slice(0, at + 1), x.shape.slice(at + 1)];
  const copies = broadcast(reshape(x, [...before, 1, ...after]), [...before, count, ...after]);
  return reshape(copies, x.shape.with(at, x.shape[at] * count));
}

/** All of x `count` times along an axis: 1 2 → 1 2 1 2. */
export function tile(x: Tensor, count: number, axis = 0): Tensor {
  const at = axisOf("tile", axis, x.rank);
  checkShape("tile", [count]);
  const [before, after] = [x.shape.slice(0, at), x.shape.slice(at)];
  const copies = broadcast(reshape(x, [...before, 1, ...after]), [...before, count, ...after]);
  return reshape(copies, x.shape.with(at, x.shape[at] * count));
}

/** The elements x[…, i, i] of the last two axes: `[…, m, n] → […, min(m, n)]`. */
export function diagonal(x: Tensor): Tensor {
  if (x.rank < 2) throw new RangeError(`diagonal: takes two axes or more, got ${showShape(x.shape)}`);
  const [rows, columns] = x.shape.slice(-2);
  const count = Math.min(rows, columns);
  const flat = reshape(x, [...x.shape.slice(0, -2), rows * columns]);
  return sliceAxis(flat, flat.rank - 1, count === 0 ? [0, 0] : [0, (count - 1) * (columns + 1) + 1, columns + 1]);
}

/**
 * Continues x as in a mirror that stands on its outermost elements: `[before, after]` per axis, 1 2 3 → 3 2 1 2 3 2 1 for
 * [2, 2]. Throws a RangeError where a width is not less than the extent.
 */
export function reflectPad(x: Tensor, widths: readonly (readonly [number, number])[]): Tensor {
  if (widths.length !== x.rank || widths.flat().some((width) => !Number.isInteger(width) || width < 0))
    throw new RangeError(
      `reflectPad: one pair of non-negative widths per axis of ${showShape(x.shape)}, got ${JSON.stringify(widths)}`,
    );
  widths.forEach((pair, axis) => {
    if (Math.max(...pair) > Math.max(x.shape[axis] - 1, 0))
      throw new RangeError(
        `reflectPad: axis ${axis} of ${showShape(x.shape)} has ${Math.max(x.shape[axis] - 1, 0)} elements to reflect, got ${JSON.stringify(pair)}`,
      );
  });
  return widths.reduce((y, [before, after], axis) => {
    const extent = x.shape[axis];
    const parts = [y];
    if (before > 0) parts.unshift(flip(sliceAxis(y, axis, [1, before + 1]), axis));
    if (after > 0) parts.push(flip(sliceAxis(y, axis, [extent - 1 - after, extent - 1]), axis));
    return concat(parts, axis);
  }, x);
}
