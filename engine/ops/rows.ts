/** Rows written into a table, for replay buffers. */

import { gridOf } from "../grid.ts";
import type { UpdateOp } from "../op.ts";
import { sameShape, showShape, sizeOf } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";

const putOp: UpdateOp = {
  kind: "update",
  name: "put",
  infer([table, rows, values]) {
    const expected = [rows.size, ...table.shape.slice(1)];
    if (rows.dtype !== "u32" || rows.rank !== 1 || !sameShape(expected, values.shape) || values.dtype !== table.dtype)
      throw new RangeError(
        `put: ${values.describe()} are not the rows ${rows.describe()} of ${table.describe()}; expected ${showShape(expected)}`,
      );
    return { shape: table.shape, dtype: table.dtype };
  },
  reference([table, rows, values]) {
    const result = Float64Array.from(table.data);
    const width = sizeOf(table.shape.slice(1));
    rows.data.forEach((row, index) =>
      result.set(values.data.subarray(index * width, (index + 1) * width), row * width),
    );
    return result;
  },
  launch(_node, [table, rows, values]) {
    return {
      shader: "put",
      overrides: { ROWS: table.shape[0], COUNT: rows.size, WIDTH: sizeOf(table.shape.slice(1)) },
      inputs: [rows, values],
      groups: gridOf(values.size),
      flops: 0,
    };
  },
};

/** `table` with other rows at some indices: `table [n, …], rows u32 [k] (distinct), values [k, …] → [n, …]`. No gradient. */
export const put = (table: Tensor, rows: Tensor, values: Tensor): Tensor => apply(putOp, [table, rows, values]);
