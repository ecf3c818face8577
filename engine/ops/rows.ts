/** Rows and elements by index: read, written and added, for replay buffers, minibatches and classes. */

import { expectFloats } from "../expect.ts";
import { gridOf } from "../grid.ts";
import { wordsPer, type DType } from "../hostArray.ts";
import type { UpdateOp } from "../op.ts";
import { axisOf, sameShape, showShape, sizeOf, type Shape } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";
import { expandDims } from "./arrange.ts";
import { movement, only } from "./declareMovement.ts";
import { equal, less, minimum, where } from "./elementwise.ts";
import { broadcast, reshape, transpose, zeros } from "./movement.ts";
import { sum } from "./reduce.ts";
import { iota } from "./sources.ts";

/** Words in a row. */
const widthOf = ({ shape, dtype }: { shape: Shape; dtype: DType }): number => sizeOf(shape.slice(1)) * wordsPer(dtype);

const takeOp = movement<Record<string, never>>({
  name: "take",
  infer: ([x, rows]) => ({ shape: [...rows.shape, ...x.shape.slice(1)], dtype: x.dtype }),
  read(position, [shape, rows], _attributes, valueOf) {
    const { math } = position;
    const row = valueOf(1, position.at(rows, position.parts.slice(0, rows.length)));
    const inside = math.limit(row, Math.max(shape[0] - 1, 0));
    return only(position.at(shape, [inside, ...position.parts.slice(rows.length)]));
  },
  vjp: [
    (dy, [x, rows]) =>
      putAdd(
        zeros(x.shape),
        minimum(reshape(rows, [rows.size]), Math.max(x.shape[0] - 1, 0)),
        reshape(dy, [rows.size, ...x.shape.slice(1)]),
      ),
    () => null,
  ],
});

/** Rows of `x` by index: `x [n, …], rows u32 [k] → [k, …]`. An index beyond the last row reads the last. */
export function take(x: Tensor, rows: Tensor): Tensor {
  if (rows.dtype !== "u32" || x.rank === 0)
    throw new TypeError(`take: rows are u32 indices of the first axis, got ${rows.dtype} for ${showShape(x.shape)}`);
  return apply(takeOp, [x, rows]);
}

/** The shape that `values` must have, for rows of a table. Throws a RangeError unless it is theirs. */
function expectRows(where: string, table: Tensor, rows: Tensor, values: Tensor): void {
  const expected = [rows.size, ...table.shape.slice(1)];
  if (
    rows.dtype !== "u32" ||
    rows.rank !== 1 ||
    table.rank === 0 ||
    !sameShape(expected, values.shape) ||
    values.dtype !== table.dtype
  )
    throw new RangeError(
      `${where}: ${values.describe()} are not the rows ${rows.describe()} of ${table.describe()}; expected ${showShape(expected)}`,
    );
}

/** Rows of `dy` by index, zeros for an index beyond: what reached the table of the values that were written into it. */
function slopeOfValues(dy: Tensor, rows: Tensor): Tensor {
  const rest = dy.shape.slice(1);
  const inside = reshape(less(rows, dy.shape[0]), [rows.size, ...rest.map(() => 1)]);
  return where(broadcast(inside, [rows.size, ...rest]), take(dy, rows), 0);
}

const putOp: UpdateOp = {
  kind: "update",
  name: "put",
  infer([table, rows, values]) {
    expectRows("put", table, rows, values);
    return { shape: table.shape, dtype: table.dtype };
  },
  reference([table, rows, values]) {
    const result = Float64Array.from(table.data);
    const width = widthOf(table);
    rows.data.forEach((row, index) => {
      if (row < table.shape[0]) result.set(values.data.subarray(index * width, (index + 1) * width), row * width);
    });
    return result;
  },
  launch(_node, [table, rows, values]) {
    return {
      shader: "put",
      overrides: { ROWS: table.shape[0], COUNT: rows.size, WIDTH: widthOf(table) },
      inputs: [rows, values],
      groups: gridOf(rows.size * widthOf(table)),
      flops: 0,
    };
  },
  vjp: [
    (dy, [, rows, values]) => put(dy, rows, zeros(values.shape)),
    () => null,
    (dy, [, rows]) => slopeOfValues(dy, rows),
  ],
};

/**
 * `table` with other rows at some indices: `table [n, …], rows u32 [k] (distinct), values [k, …] → [n, …]`. A row beyond
 * the table is left out.
 */
export const put = (table: Tensor, rows: Tensor, values: Tensor): Tensor => apply(putOp, [table, rows, values]);

/** Elements of a row that one thread of putAdd takes, once it has looked for equal rows. */
const COLUMNS = 16;

const putAddOp: UpdateOp = {
  kind: "update",
  name: "putAdd",
  infer([table, rows, values]) {
    expectFloats("putAdd", [table, values]);
    expectRows("putAdd", table, rows, values);
    return { shape: table.shape, dtype: "f32" };
  },
  reference([table, rows, values]) {
    const result = Float64Array.from(table.data);
    const width = widthOf(table);
    rows.data.forEach((row, index) => {
      if (row < table.shape[0])
        for (let j = 0; j < width; j++) result[row * width + j] += values.data[index * width + j];
    });
    return result;
  },
  launch(_node, [table, rows, values]) {
    return {
      shader: "putAdd",
      overrides: { ROWS: table.shape[0], COUNT: rows.size, WIDTH: widthOf(table), COLUMNS },
      inputs: [rows, values],
      groups: gridOf(rows.size * Math.ceil(widthOf(table) / COLUMNS)),
      flops: values.size,
    };
  },
  vjp: [(dy) => dy, () => null, (dy, [, rows]) => slopeOfValues(dy, rows)],
};

/**
 * `table` with values added to some of its rows: `table [n, …], rows u32 [k], values [k, …] → [n, …]`, f32. Values for the
 * same row add up in their order, so the result is the same at every run. A row beyond the table is left out. Looking for
 * equal rows takes about k² steps for every 16 elements of a row: meant for thousands of rows, not for millions.
 */
export const putAdd = (table: Tensor, rows: Tensor, values: Tensor): Tensor => apply(putAddOp, [table, rows, values]);

/** Slices of x by index along an axis: `rows u32 [k]` in place of its extent. An index beyond the last reads the last. */
export function indexSelect(x: Tensor, axis: number, rows: Tensor): Tensor {
  const at = axisOf("indexSelect", axis, x.rank);
  if (rows.dtype !== "u32" || rows.rank !== 1)
    throw new TypeError(`indexSelect: takes a row of u32 indices, got ${rows.describe()}`);
  const others = x.shape.flatMap((_, a) => (a === at ? [] : [a]));
  const there = [at, ...others];
  const back = x.shape.map((_, a) => there.indexOf(a));
  return transpose(take(transpose(x, there), rows), back);
}

const gatherOp = movement<{ axis: number }>({
  name: "gather",
  infer: ([x, index]) => ({ shape: index.shape, dtype: x.dtype }),
  read(position, [shape, index], { axis }, valueOf) {
    const place = valueOf(1, position.at(index, position.parts));
    const inside = position.math.limit(place, Math.max(shape[axis] - 1, 0));
    return only(position.at(shape, position.parts.with(axis, inside)));
  },
  vjp: [
    // dx[i] = Σⱼ dy[j] where index[j] = i: a sum over an expression, with one order and without a table of hits.
    (dy, [x, index], _y, { axis }) => {
      const inside = minimum(index, Math.max(x.shape[axis] - 1, 0));
      const places = reshape(iota([x.shape[axis]]), [x.shape[axis], ...index.shape.slice(axis).map(() => 1)]);
      return sum(where(equal(expandDims(inside, axis), places), expandDims(dy, axis), 0), axis + 1);
    },
    () => null,
  ],
});

/**
 * Elements of x by index along one axis: y[…, j, …] = x[…, index[…, j, …], …]. `index` is u32 and has the shape of the
 * result, that of x but for this axis; beyond the last element it reads the last. The gradient compares every place of x
 * along the axis with every index.
 */
export function gather(x: Tensor, axis: number, index: Tensor): Tensor {
  const at = axisOf("gather", axis, x.rank);
  if (index.dtype !== "u32") throw new TypeError(`gather: takes u32 indices, got ${index.describe()}`);
  if (index.rank !== x.rank || index.shape.some((extent, a) => a !== at && extent !== x.shape[a]))
    throw new RangeError(
      `gather: shapes differ beyond axis ${at}, ${showShape(x.shape)} and indices ${showShape(index.shape)}`,
    );
  return apply(gatherOp, [x, index], { axis: at });
}

/** One element of every row: x[…, index[…]], `x [n, c], index u32 [n] → [n]`. Throws a RangeError where shapes differ. */
export function pick(x: Tensor, index: Tensor): Tensor {
  if (!sameShape(x.shape.slice(0, -1), index.shape) || x.rank === 0)
    throw new RangeError(`pick: wants one index per row of ${showShape(x.shape)}, got ${index.describe()}`);
  return reshape(gather(x, -1, expandDims(index, -1)), index.shape);
}
