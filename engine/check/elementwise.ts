/**
 * All elementwise ops, a row each: how it is called, on which numbers it is tried, where it is smooth, and how far a device
 * may be off. Errors of WGSL's own functions are those of its specification, ours as numerics/math.test.ts has them.
 */

import type { DType } from "../hostArray.ts";
import * as ops from "../ops/index.ts";
import type { Tensor } from "../tensor.ts";
import { expError, rounded, ulp, type Rounding } from "./ulp.ts";

type Range = readonly [low: number, high: number];

export interface Row {
  call: (...operands: Tensor[]) => Tensor;
  /** For each operand a range of numbers to try, of both signs and all magnitudes if it is `wide`; or another type. */
  operands: readonly (Range | "wide" | "u32" | "bool")[];
  /** Ranges in which the function can be differentiated any number of times; absent if it has no gradient. */
  smooth?: readonly Range[];
  /** How far off a device may be; not at all unless said. */
  error?: Rounding;
}

/** Numbers of every magnitude whose products are still f32. */
const wide = "wide";
const positive: Range = [2 ** -60, 2 ** 60];
const turn: Range = [-Math.PI, Math.PI];
const moderate: Range = [-2, 2];
const above: Range = [0.5, 2];
/** Operands that are never equal. */
const apart: readonly Range[] = [
  [-2, 0],
  [0.1, 2],
];

const unary = (
  call: (x: Tensor) => Tensor,
  error?: Rounding,
  smooth = moderate,
  operand: Range | "wide" = wide,
): Row => ({
  call: (x) => call(x),
  operands: [operand],
  smooth: [smooth],
  ...(error && { error }),
});

const binary = (
  call: (x: Tensor, y: Tensor) => Tensor,
  error?: Rounding,
  smooth: readonly Range[] = [moderate, moderate],
): Row => ({
  call: (x, y) => call(x, y),
  operands: [wide, wide],
  smooth,
  ...(error && { error }),
});

/** Without a gradient, over operands of some type. */
const piecewise = (call: Row["call"], ...operands: (DType | "wide")[]): Row => ({
  call,
  operands: operands as Row["operands"],
});

export const rows: Record<string, Row> = {
  add: binary(ops.add, rounded),
  "add (u32)": piecewise(ops.add, "u32", "u32"),
  sub: binary(ops.sub, rounded),
  "sub (u32)": piecewise(ops.sub, "u32", "u32"),
  mul: binary(ops.mul, rounded),
  "mul (u32)": piecewise(ops.mul, "u32", "u32"),
  div: binary(ops.div, (y) => 2.5 * ulp(y), [moderate, above]),
  maximum: binary(ops.maximum, undefined, apart),
  "maximum (u32)": piecewise(ops.maximum, "u32", "u32"),
  minimum: binary(ops.minimum, undefined, apart),
  "minimum (u32)": piecewise(ops.minimum, "u32", "u32"),
  neg: unary(ops.neg),
  exp: unary(ops.exp, (_y, x) => expError(x), moderate, [-80, 80]),
  expm1: unary(ops.expm1, (y, x) => ulp(y) + (Math.abs(x) > 0.5 ? expError(x) : ulp(y)), moderate, [-80, 80]),
  log: unary(ops.log, (y) => 3 * ulp(y), above, positive),
  // Outside [−½, 1] the error of log, and of 1 + x before it.
  log1p: unary(ops.log1p, (y, x) => 3 * ulp(y) + (0.5 * ulp(1 + x)) / (1 + x), [-0.5, 2], [-0.99, 3]),
  // Half of 1 / inverseSqrt, whose parts are good to 2 and 2.5 units.
  sqrt: unary(ops.sqrt, (y) => 4.5 * ulp(y), above, positive),
  square: unary(ops.square, rounded),
  // The error of exp, and those of the logarithm and its product with the exponent, which it makes relative ones.
  pow: {
    ...binary(ops.pow, (z, x, y) => (3 + 10 * Math.abs(y * Math.log(x))) * ulp(z), [above, moderate]),
    operands: [positive, [-0.9, 0.9]],
  },
  "pow with a number": unary((x) => ops.pow(x, 2.5), undefined, above, [0, 100]),
  ...Object.fromEntries(
    [-3, 0, 1, 2, 5].map((n) => [
      `pow with the whole number ${n}`,
      unary((x) => ops.pow(x, n), undefined, n < 0 ? [-2, -0.5] : moderate, [-1000, 1000]),
    ]),
  ),
  floor: unary(ops.floor, undefined, [0.1, 0.9]),
  ceil: unary(ops.ceil, undefined, [0.1, 0.9]),
  abs: unary(ops.abs, undefined, above),
  sign: unary(ops.sign, undefined, above),
  // In absolute terms, within [−π, π]; nothing is promised outside.
  sin: unary(ops.sin, () => 2 ** -11, moderate, turn),
  cos: unary(ops.cos, () => 2 ** -11, moderate, turn),
  // The derivative of 2 / (e + 1) in e = exp 2|x|, times the error of e.
  tanh: unary(ops.tanh, (y, x) => {
    const e = Math.exp(2 * Math.min(Math.abs(x), 10));
    return 2 * ulp(y) + (Math.abs(x) > 1 ? (2 * expError(Math.log(e))) / (e + 1) ** 2 : 0);
  }),
  sigmoid: unary(ops.sigmoid, (y, x) => 3 * ulp(y) + expError(-Math.abs(x))),
  softplus: unary(ops.softplus, (y, x) => 4 * ulp(y) + expError(-Math.abs(x))),
  // Beyond 1 through the exponential of −log erfc(1) = −1.85 or less.
  erf: unary(ops.erf, (y, x) => 3 * ulp(y) + (Math.abs(x) > 1 ? expError(-1.85) : 0)),
  silu: unary(ops.silu),
  relu: unary(ops.relu, undefined, above),
  leakyRelu: binary(ops.leakyRelu, rounded, [
    [-2, -0.1],
    [0.1, 2],
  ]),
  "leakyRelu with a slope known to be positive": unary((x) => ops.leakyRelu(x, 0.2), undefined, [-2, -0.1]),
  elu: unary((x) => ops.elu(x, 1.5), undefined, above, [-80, 80]),
  "elu of negative numbers": unary(ops.elu, undefined, [-2, -0.5], [-80, 80]),
  gelu: unary(ops.gelu, undefined, moderate, [-80, 80]),
  "gelu by tanh": unary((x) => ops.gelu(x, { approximate: "tanh" }), undefined, moderate, [-80, 80]),
  "softplus with beta and threshold": unary((x) => ops.softplus(x, { beta: 3, threshold: 2 }), undefined, [-2, 0.6]),
  clamp: unary((x) => ops.clamp(x, -1, 3), undefined, [-0.9, 2.9]),
  less: piecewise(ops.less, wide, wide),
  "less (u32)": piecewise(ops.less, "u32", "u32"),
  lessEqual: piecewise(ops.lessEqual, wide, wide),
  greater: piecewise(ops.greater, wide, wide),
  greaterEqual: piecewise(ops.greaterEqual, wide, wide),
  equal: piecewise(ops.equal, wide, wide),
  isNan: piecewise((x) => ops.isNan(x), wide),
  isFinite: piecewise((x) => ops.isFinite(x), wide),
  and: piecewise(ops.and, "bool", "bool"),
  or: piecewise(ops.or, "bool", "bool"),
  not: piecewise(ops.not, "bool"),
  where: { call: ops.where, operands: ["bool", wide, wide] },
  "where (u32)": piecewise(ops.where, "bool", "u32", "u32"),
  "where by its operand": {
    call: (x, y) => ops.where(ops.greater(x, 0), x.mul(y), y),
    operands: [wide, wide],
    smooth: [above, moderate],
  },
  // An integer above 2²⁴ is rounded.
  toFloat: { ...piecewise(ops.toFloat, "u32"), error: rounded },
  "toFloat (bool)": piecewise(ops.toFloat, "bool"),
  toIndex: { call: ops.toIndex, operands: [[0, 2 ** 31]] },
  "toIndex (bool)": piecewise(ops.toIndex, "bool"),
  byteAt: piecewise(ops.byteAt, "u32", "u32"),
  stopGradient: piecewise((x) => ops.stopGradient(x), wide),
};
