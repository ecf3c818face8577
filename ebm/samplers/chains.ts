/** Numbers that belong to chains, beside positions `[n, …]`. */

import { constant, grad, type Operand, type Tensor } from "../../engine/index.ts";
import type { Energy } from "../energy.ts";

/** An option that is one number, or one for each chain `[n]`, made to multiply what is shaped like `x [n, …]`. */
export function perChain(option: Operand, x: Tensor): Tensor {
  if (typeof option === "number") return constant(option);
  return option.rank === 1 ? option.reshape([option.size, ...x.shape.slice(1).map(() => 1)]) : option;
}

/** The same where `condition [n]` holds, else another: `[n, …]`, or `[n]` itself. */
export const chosen = (condition: Tensor, yes: Tensor, no: Tensor): Tensor =>
  condition.reshape([condition.size, ...yes.shape.slice(1).map(() => 1)]).where(yes, no);

/** E(x) of each chain, and its slope there: `x [n, …] → [n], [n, …]`. */
export function energyAndSlope(energy: Energy, x: Tensor): { energy: Tensor; slope: Tensor } {
  const values = energy(x);
  return { energy: values, slope: grad(values.sum(), x) };
}

/** The sum over each row: `[n, …] → [n]`. */
export const rowSum = (x: Tensor): Tensor => x.flatten(1).sum(1);

/** The L2 norm of each row: `[n, …] → [n]`. */
export const rowNorm = (x: Tensor): Tensor => rowSum(x.square()).sqrt();
