/** All elementwise ops, a row each: how it is called, on which numbers it is tried, and where it is smooth. */

import * as ops from "../../../engine/ops/elementwise.ts";
import type { DType, Tensor } from "../../../engine/index.ts";

type Range = readonly [low: number, high: number];

export interface Row {
  call: (...operands: Tensor[]) => Tensor;
  /** For each operand a range of numbers to try, of both signs and all magnitudes if it is `wide`; or another type. */
  operands: readonly (Range | "wide" | "u32" | "bool")[];
  /** Ranges in which the function can be differentiated any number of times; absent if it has no gradient. */
  smooth?: readonly Range[];
}

/** Numbers of every magnitude whose products are still f32. */
const wide = "wide";
const positive: Range = [2 ** -60, 2 ** 60];
const turn: Range = [-Math.PI, Math.PI];
const moderate: Range = [-2, 2];
const above: Range = [0.5, 2];

const unary = (call: (x: Tensor) => Tensor, smooth: Range = moderate, operand: Range | "wide" = wide): Row => ({
  call: (x) => call(x),
  operands: [operand],
  smooth: [smooth],
});

const binary = (call: (x: Tensor, y: Tensor) => Tensor, smooth: readonly Range[] = [moderate, moderate]): Row => ({
  call: (x, y) => call(x, y),
  operands: [wide, wide],
  smooth,
});

/** Without a gradient, over operands of some type. */
const piecewise = (call: Row["call"], ...operands: (DType | "wide")[]): Row => ({
  call,
  operands: operands as Row["operands"],
});

export const rows: Record<string, Row> = {
  add: binary(ops.add),
  "add (u32)": piecewise(ops.add, "u32", "u32"),
  sub: binary(ops.sub),
  "sub (u32)": piecewise(ops.sub, "u32", "u32"),
  mul: binary(ops.mul),
  "mul (u32)": piecewise(ops.mul, "u32", "u32"),
  div: binary(ops.div, [moderate, above]),
  maximum: binary(ops.maximum, [
    [-2, 0],
    [0.1, 2],
  ]),
  minimum: binary(ops.minimum, [
    [-2, 0],
    [0.1, 2],
  ]),
  neg: unary(ops.neg),
  exp: unary(ops.exp, moderate, [-80, 80]),
  expm1: unary(ops.expm1, moderate, [-80, 80]),
  log: unary(ops.log, above, positive),
  log1p: unary(ops.log1p, [-0.5, 2], [-0.99, 3]),
  sqrt: unary(ops.sqrt, above, positive),
  square: unary(ops.square),
  abs: unary(ops.abs, above),
  sign: unary(ops.sign, above),
  sin: unary(ops.sin, moderate, turn),
  cos: unary(ops.cos, moderate, turn),
  tanh: unary(ops.tanh),
  sigmoid: unary(ops.sigmoid),
  softplus: unary(ops.softplus),
  erf: unary(ops.erf),
  silu: unary(ops.silu),
  relu: unary(ops.relu, above),
  leakyRelu: binary(ops.leakyRelu, [
    [-2, -0.1],
    [0.1, 2],
  ]),
  "leakyRelu with a slope known to be positive": unary((x) => ops.leakyRelu(x, 0.2), [-2, -0.1]),
  clamp: unary((x) => ops.clamp(x, -1, 3), [-0.9, 2.9]),
  less: piecewise(ops.less, "wide", "wide"),
  "less (u32)": piecewise(ops.less, "u32", "u32"),
  lessEqual: piecewise(ops.lessEqual, "wide", "wide"),
  greater: piecewise(ops.greater, "wide", "wide"),
  greaterEqual: piecewise(ops.greaterEqual, "wide", "wide"),
  equal: piecewise(ops.equal, "wide", "wide"),
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
  toFloat: piecewise(ops.toFloat, "u32"),
  "toFloat (bool)": piecewise(ops.toFloat, "bool"),
  toIndex: { call: ops.toIndex, operands: [[0, 2 ** 31]] },
  "toIndex (bool)": piecewise(ops.toIndex, "bool"),
  stopGradient: piecewise((x) => ops.stopGradient(x), wide),
};
