/** Rows written into a table, for replay buffers. */

import { gridOf } from "../grid.ts";
import { wordsPer, type DType } from "../hostArray.ts";
import type { UpdateOp } from "../op.ts";
import { sameShape, showShape, sizeOf, type Shape } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";

/** Words in a row. */
const widthOf = ({ shape, dtype }: { shape: Shape; dtype: DType }): number => sizeOf(shape.slice(1)) * wordsPer(dtype);

const putOp: UpdateOp = {
  kind: "update",
  name: "put",
  infer([table, rows, values]) {
    const expected = [rows.size, ...table.shape.slice(1)];
    if (
      rows.dtype !== "u32" ||
      rows.rank !== 1 ||
      table.rank === 0 ||
      !sameShape(expected, values.shape) ||
      values.dtype !== table.dtype
    )
      throw new RangeError(
        `put: ${values.describe()} are not the rows ${rows.describe()} of ${table.describe()}; expected ${showShape(expected)}`,
      );
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
};

/**
 * `table` with other rows at some indices: `table [n, …], rows u32 [k] (distinct), values [k, …] → [n, …]`. A row beyond
 * the table is left out. No gradient.
 */
export const put = (table: Tensor, rows: Tensor, values: Tensor): Tensor => apply(putOp, [table, rows, values]);
