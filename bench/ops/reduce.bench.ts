/** Sums over rows, over columns, and over everything. */

import type { Tensor } from "../../engine/index.ts";
import { opCase } from "./opCase.ts";

const [rows, columns] = [4096, 256];

const reduction = (name: string, op: (x: Tensor) => Tensor) =>
  opCase(`ops/reduce/${name}`, {
    operands: [[rows, columns]],
    op,
    times: 4,
    amount: { of: "B", count: 4 * rows * columns },
  });

export const reduceCases = [
  reduction("rows", (x) => x.sum(1)),
  reduction("columns", (x) => x.sum(0)),
  reduction("all", (x) => x.sum()),
];
