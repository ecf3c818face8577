/** Rows of a table read by index, and their gradient: rows added up, with a search for equal ones. */

import { choice, key, putAdd, take } from "../../engine/index.ts";
import { opCase } from "./opCase.ts";

const [size, count, width] = [4096, 1024, 256];
const rows = () => choice(key(1), size, count);

export const rowsCases = [
  opCase("ops/rows/take", {
    operands: [[size, width]],
    op: (table) => take(table, rows()).add(1),
    times: 4,
    amount: { of: "B", count: 4 * 2 * count * width },
  }),
  opCase("ops/rows/putAdd", {
    operands: [
      [size, width],
      [count, width],
    ],
    op: (table, values) => putAdd(table, rows(), values),
    times: 4,
    amount: { of: "B", count: 4 * 3 * count * width },
  }),
];
