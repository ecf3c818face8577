/** Matrix products: large square ones, and the widest layer of the toy net. */

import { matmul } from "../../engine/index.ts";
import { opCase } from "./opCase.ts";

const product = (m: number, k: number, n: number, times: number) =>
  opCase(`ops/matmul/${m}x${k}x${n}`, {
    operands: [
      [m, k],
      [k, n],
    ],
    op: (a, b) => matmul(a, b),
    times,
    amount: { of: "FLOP", count: 2 * m * n * k },
  });

export const matmulCases = [product(512, 512, 512, 4), product(1024, 1024, 1024, 1), product(100, 64, 64, 64)];
