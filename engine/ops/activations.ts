/** Activation functions: what stands between the layers of a net. */

import { softplus as softplus64 } from "../numerics/special.ts";
import { apply, type Operand, type Tensor } from "../tensor.ts";
import { aligned, asTensor, elementwise, knownNumber, unary } from "./declare.ts";
import { erf, expm1, greater, lessEqual, minimum, mul, sigmoid, tanh, toFloat, where } from "./elementwise.ts";

/** x · sigmoid(x) (Ramachandran et al. 2017). */
export const silu = (x: Operand): Tensor => mul(x, sigmoid(x));

/** max(x, 0), with slope 0 at 0. */
export const relu = (x: Operand): Tensor => leakyRelu(x, 0);

const leakyReluOp = elementwise("leakyRelu", {
  wgsl: "leakyRelu(x, y)",
  f64: (x, slope) => (x > 0 ? x : x * slope),
  vjp: [
    // For a slope that is not negative the result has the sign of x. Asking the result leaves no other use of x, so that
    // the activation can be the epilogue of the kernel before it.
    (dz, [x, slope], z) => dz.mul(apply(leakySlopeOp, [(knownNumber(slope) ?? -1) >= 0 ? z : x, slope])),
    (dz, [x]) => dz.mul(minimum(x, 0)),
  ],
});

/** The slope of leakyRelu; piecewise constant in x, so its own gradient towards x is zero, and declared so. */
const leakySlopeOp = elementwise("leakySlope", {
  wgsl: "select(y, 1.0, x > 0.0)",
  f64: (x, slope) => (x > 0 ? 1 : slope),
  vjp: [() => null, (dz, [x]) => dz.mul(toFloat(lessEqual(x, 0)))],
});

/** x where positive, else slope · x. */
export const leakyRelu = (x: Operand, slope: Operand): Tensor =>
  apply(leakyReluOp, aligned("leakyRelu", [asTensor(x), asTensor(slope)]));

/** x where positive, else alpha · (eˣ − 1) (Clevert et al. 2016). At 0 the slope is alpha. */
export function elu(operand: Operand, alpha = 1): Tensor {
  const x = asTensor(operand);
  const positive = greater(x, 0);
  // 0 in place of a positive x: its exponential could overflow, and an infinity times a slope of 0 is NaN.
  return where(positive, x, expm1(where(positive, 0, x)).mul(alpha));
}

/**
 * x · Φ(x), with Φ the normal distribution function (Hendrycks & Gimpel 2016), to within 2⁻²³ |x|; `approximate: "tanh"`
 * is ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), within 5e-4 of it.
 */
export function gelu(operand: Operand, { approximate = "none" }: { approximate?: "none" | "tanh" } = {}): Tensor {
  const x = asTensor(operand);
  const inner =
    approximate === "none"
      ? erf(x.mul(Math.SQRT1_2))
      : tanh(x.add(x.square().mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI)));
  return x.mul(0.5).mul(inner.add(1));
}

const softplusOf = unary("softplus", {
  wgsl: "stableSoftplus(x)",
  f64: softplus64,
  cost: 16,
  vjp: (dy, x) => dy.mul(sigmoid(x)),
});

/**
 * log(1 + e^(beta · x)) / beta, which never overflows. Where beta · x exceeds `threshold` it is x; without one nowhere,
 * which differs from PyTorch's 20 by less than 2.1e-9 / beta.
 */
export function softplus(
  operand: Operand,
  { beta = 1, threshold }: { beta?: number; threshold?: number } = {},
): Tensor {
  const x = asTensor(operand);
  const curve = beta === 1 ? softplusOf(x) : softplusOf(x.mul(beta)).div(beta);
  return threshold === undefined ? curve : where(greater(x.mul(beta), threshold), x, curve);
}
