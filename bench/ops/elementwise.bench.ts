/** Elementwise expressions over a million numbers: one that only moves memory, and one that computes. */

import { silu, vjp, type Tensor } from "../../engine/index.ts";
import { opCase } from "./opCase.ts";

const count = 2 ** 20;

const expression = (name: string, operands: number, op: (...operands: Tensor[]) => Tensor) =>
  opCase(`ops/elementwise/${name}`, {
    operands: Array.from({ length: operands }, () => [count]),
    op,
    times: 4,
    amount: { of: "B", count: 4 * count * (operands + 1) },
  });

export const elementwiseCases = [
  expression("add", 2, (x, y) => x.add(y)),
  expression("silu-slope", 2, (x, dy) => vjp(silu(x), [x], dy)[0]),
];
