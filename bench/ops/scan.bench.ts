/** Running sums along rows, along columns, and along everything. */

import { cumsum, type Tensor } from "../../engine/index.ts";
import { opCase } from "./opCase.ts";

const [rows, columns] = [4096, 256];

const scan = (name: string, op: (x: Tensor) => Tensor) =>
  opCase(`ops/scan/${name}`, {
    operands: [[rows, columns]],
    op,
    times: 4,
    amount: { of: "B", count: 2 * 4 * rows * columns },
  });

export const scanCases = [
  scan("rows", (x) => cumsum(x, 1)),
  scan("columns", (x) => cumsum(x, 0)),
  scan("all", (x) => cumsum(x.reshape([-1]), 0)),
];
