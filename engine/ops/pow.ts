/** Powers. */

import { apply, type Operand, type Tensor } from "../tensor.ts";
import { aligned, asTensor, binary, elementwise, knownNumber } from "./declare.ts";
import { and, equal, greater, log, sub, where } from "./elementwise.ts";
import { constant } from "./sources.ts";

const powIntegerOp = elementwise("powInteger", {
  wgsl: "powInteger(x, i32(y))",
  f64: (x, n) => x ** n,
  cost: 16,
  vjp: [
    // n xⁿ⁻¹, which ends at x⁰: no power of 0 is ever negative that was not so before.
    (dz, [x, exponent]) => {
      const n = knownNumber(exponent)!;
      return n === 0 ? null : dz.mul(n).mul(pow(x, n - 1));
    },
    () => null,
  ],
});

const powPositive = binary("pow", {
  wgsl: "powPositive(x, y)",
  f64: (x, y) => (x < 0 || Number.isNaN(x) ? NaN : Math.abs(x) ** y),
  cost: 24,
  vjp: [
    // y xʸ⁻¹. Where x and y are both 0 it is 0 · x¹, for which 0 · x⁻¹ would be NaN.
    (dz, x, y) => dz.mul(y).mul(powPositive(x, where(and(equal(x, 0), equal(y, 0)), 1, sub(y, 1)))),
    // xʸ log x, which goes to 0 with x for every positive y.
    (dz, x, _y, z) => dz.mul(z).mul(log(where(greater(x, 0), x, 1))),
  ],
});

/** Beyond it every f32 is even, and no index of a loop. */
const LARGEST_EXPONENT = 2 ** 24;

/**
 * xʸ, with 0⁰ = 1. A whole number `y` multiplies x with itself and takes x of either sign; any other number or tensor
 * goes through a logarithm, for x ≥ 0, with a relative error of about 2⁻²² (1 + |y log x|): a negative x gives NaN.
 * Gradients are right to any order, also at x = 0 where they are finite.
 */
export function pow(x: Operand, y: Operand): Tensor {
  if (y === 1) return asTensor(x);
  if (typeof y === "number" && Number.isInteger(y) && Math.abs(y) < LARGEST_EXPONENT)
    return apply(powIntegerOp, aligned("pow", [asTensor(x), constant(y)]));
  return powPositive(x, y);
}
