/** Shapes: extents of a dense row-major tensor, outermost first; `[]` is a scalar. */

export type Shape = readonly number[];

/** Number of elements of a shape; 1 for a scalar. */
export const sizeOf = (shape: Shape): number => shape.reduce((size, extent) => size * extent, 1);

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((extent, axis) => extent === b[axis]);

export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** Turns a possibly negative axis into its index. Throws a RangeError that names the caller. */
export function axisOf(where: string, axis: number, rank: number): number {
  const index = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(index) || index < 0 || index >= rank)
    throw new RangeError(`${where}: axis ${axis} is outside a tensor of rank ${rank}`);
  return index;
}

/** Axes as sorted, distinct indices; all of them when `axes` is undefined. */
export function axesOf(where: string, axes: number | readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const list = typeof axes === "number" ? [axes] : axes;
  return [...new Set(list.map((axis) => axisOf(where, axis, rank)))].sort((a, b) => a - b);
}

/** The common shape of operands that stretch extents of 1 (NumPy's broadcasting rule). */
export function broadcastShapes(where: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1)
      throw new RangeError(`${where}: shapes do not broadcast, ${showShape(a)} and ${showShape(b)}`);
    return left === 1 ? right : left;
  });
}

/** Throws unless every extent is a non-negative integer. */
export function checkShape(where: string, shape: Shape): Shape {
  for (const extent of shape)
    if (!Number.isInteger(extent) || extent < 0)
      throw new RangeError(`${where}: extents must be non-negative integers, got ${showShape(shape)}`);
  return shape;
}
