/** Scalar functions of the elements at the same position. A row per function: expression, float64 twin, gradient. */

import type { DType } from "../hostArray.ts";
import { erf as erf64, sigmoid as sigmoid64 } from "../numerics/special.ts";
import type { ElementwiseOp } from "../op.ts";
import { apply, Tensor, type Operand } from "../tensor.ts";
import { aligned, asTensor, binary, elementwise, unary } from "./declare.ts";

/** On u32 modulo 2³². */
const arithmetic: readonly DType[] = ["f32", "u32"];

/** x + y */
export const add = binary("add", {
  wgsl: "x + y",
  f64: (x, y) => x + y,
  accepts: arithmetic,
  vjp: [(dz) => dz, (dz) => dz],
});

/** x − y */
export const sub = binary("sub", {
  wgsl: "x - y",
  f64: (x, y) => x - y,
  accepts: arithmetic,
  vjp: [(dz) => dz, (dz) => dz.neg()],
});

/** x · y */
export const mul = binary("mul", {
  wgsl: "x * y",
  f64: (x, y) => x * y,
  u32: Math.imul,
  accepts: arithmetic,
  vjp: [(dz, _x, y) => dz.mul(y), (dz, x) => dz.mul(x)],
});

/** x / y */
export const div = binary("div", {
  wgsl: "x / y",
  f64: (x, y) => x / y,
  vjp: [(dz, _x, y) => dz.div(y), (dz, _x, y, z) => dz.mul(z).div(y).neg()],
});

type Binary = ReturnType<typeof binary>;

/** One function where an operand is u32, another elsewhere. */
const byType =
  (indices: Binary, floats: Binary): Binary =>
  (x, y) =>
    ([x, y].some((operand) => operand instanceof Tensor && operand.dtype === "u32") ? indices : floats)(x, y);

/** The larger of x and y, NaN if either is; ties share the gradient. */
export const maximum = byType(
  binary("maximum", { wgsl: "max(x, y)", f64: Math.max, accepts: ["u32"] }),
  binary("maximum", {
    wgsl: "larger(x, y)",
    f64: Math.max,
    cost: 2,
    vjp: [(dz, x, y) => dz.mul(share(x, y)), (dz, x, y) => dz.mul(share(y, x))],
  }),
);

/** The smaller of x and y, NaN if either is; ties share the gradient. */
export const minimum = byType(
  binary("minimum", { wgsl: "min(x, y)", f64: Math.min, accepts: ["u32"] }),
  binary("minimum", {
    wgsl: "smaller(x, y)",
    f64: Math.min,
    cost: 2,
    vjp: [(dz, x, y) => dz.mul(share(y, x)), (dz, x, y) => dz.mul(share(x, y))],
  }),
);

/** 1 where x > y, ½ where they are equal, else 0; its own gradient is zero almost everywhere, and declared so. */
const share = binary("share", {
  wgsl: "select(select(0.0, 0.5, x == y), 1.0, x > y)",
  f64: (x, y) => (x > y ? 1 : x === y ? 0.5 : 0),
  vjp: [null, null],
});

/** −x */
export const neg = unary("neg", { wgsl: "-x", f64: (x) => -x, vjp: (dy) => dy.neg() });

/** eˣ */
export const exp = unary("exp", { wgsl: "stableExp(x)", f64: Math.exp, cost: 8, vjp: (dy, _x, y) => dy.mul(y) });

/** Natural logarithm: −∞ of 0, NaN of negative numbers. */
export const log = unary("log", { wgsl: "stableLog(x)", f64: Math.log, cost: 8, vjp: (dy, x) => dy.div(x) });

/** √x, NaN of negative numbers. */
export const sqrt = unary("sqrt", { wgsl: "sqrt(x)", f64: Math.sqrt, cost: 4, vjp: (dy, _x, y) => dy.div(y.mul(2)) });

/** x² */
export const square = unary("square", { wgsl: "x * x", f64: (x) => x * x, vjp: (dy, x) => dy.mul(x).mul(2) });

/** |x|, with slope 0 at 0. */
export const abs = unary("abs", { wgsl: "abs(x)", f64: Math.abs, vjp: (dy, x) => dy.mul(sign(x)) });

/** −1, 0 or 1, and NaN of NaN. */
export const sign = unary("sign", { wgsl: "signOf(x)", f64: Math.sign, vjp: () => null });

/** The largest whole number that is not above x; its slope is zero almost everywhere, and declared so. */
export const floor = unary("floor", { wgsl: "floor(x)", f64: Math.floor, vjp: () => null });

/** The smallest whole number that is not below x; its slope is zero almost everywhere, and declared so. */
export const ceil = unary("ceil", { wgsl: "ceil(x)", f64: Math.ceil, vjp: () => null });

/** sin x */
export const sin = unary("sin", { wgsl: "sin(x)", f64: Math.sin, cost: 8, vjp: (dy, x) => dy.mul(cos(x)) });

/** cos x */
export const cos = unary("cos", { wgsl: "cos(x)", f64: Math.cos, cost: 8, vjp: (dy, x) => dy.mul(sin(x)).neg() });

/** tanh x */
export const tanh = unary("tanh", {
  wgsl: "stableTanh(x)",
  f64: Math.tanh,
  cost: 12,
  vjp: (dy, _x, y) => dy.mul(sub(1, y.mul(y))),
});

/** 1 / (1 + e⁻ˣ) */
export const sigmoid = unary("sigmoid", {
  wgsl: "stableSigmoid(x)",
  f64: sigmoid64,
  cost: 12,
  vjp: (dy, _x, y) => dy.mul(y.mul(sub(1, y))),
});

/** The error function, (2/√π) ∫₀ˣ e^(−t²) dt. */
export const erf = unary("erf", {
  wgsl: "erf(x)",
  f64: erf64,
  cost: 16,
  vjp: (dy, x) => dy.mul(exp(x.square().neg()).mul(2 / Math.sqrt(Math.PI))),
});

/** x limited to [low, high], NaN if it is; the gradient is zero outside. */
export const clamp = (x: Operand, low: number, high: number): Tensor => minimum(maximum(x, low), high);

const comparison = (name: string, operator: string, f64: (x: number, y: number) => boolean) =>
  binary(name, { wgsl: `x ${operator} y`, f64: (x, y) => Number(f64(x, y)), dtype: "bool", accepts: arithmetic });

/** x < y */
export const less = comparison("less", "<", (x, y) => x < y);
/** x ≤ y */
export const lessEqual = comparison("lessEqual", "<=", (x, y) => x <= y);
/** x > y */
export const greater = comparison("greater", ">", (x, y) => x > y);
/** x ≥ y */
export const greaterEqual = comparison("greaterEqual", ">=", (x, y) => x >= y);
/** x = y */
export const equal = comparison("equal", "==", (x, y) => x === y);

/** Whether x is not a number, by its bits like `isFinite`. */
export const isNan = unary("isNan", { wgsl: "isNan(x)", f64: (x) => Number(Number.isNaN(x)), dtype: "bool" });

/** Whether x is neither infinite nor NaN, by its bits: a device may take a comparison with NaN for decided. */
export const isFinite = unary("isFinite", {
  wgsl: "isFinite(x)",
  f64: (x) => Number(Number.isFinite(x)),
  dtype: "bool",
});

const logic: readonly DType[] = ["bool"];

/** Both hold. */
export const and = binary("and", { wgsl: "x && y", f64: (x, y) => x * y, accepts: logic });
/** Either holds. */
export const or = binary("or", { wgsl: "x || y", f64: (x, y) => Math.max(x, y), accepts: logic });

const notOp = elementwise("not", { wgsl: "!x", f64: (x) => 1 - x, accepts: logic });

/** Does not hold. */
export const not = (x: Tensor): Tensor => apply(notOp, [x]);

const whereOp: ElementwiseOp = {
  ...elementwise("where", {
    wgsl: "select(z, y, x)",
    f64: (condition, y, z) => (condition ? y : z),
    vjp: [() => null, (dy, [condition]) => where(condition, dy, 0), (dy, [condition]) => where(condition, 0, dy)],
  }),
  infer([condition, y, z]) {
    if (condition.dtype !== "bool" || y.dtype !== z.dtype)
      throw new TypeError(
        `where: takes a bool and two operands of one type, got ${condition.describe()}, ${y.describe()} and ${z.describe()}`,
      );
    return { shape: y.shape, dtype: y.dtype };
  },
};

/** y where the condition holds, z elsewhere. */
export function where(condition: Tensor, y: Operand, z: Operand): Tensor {
  const like = y instanceof Tensor ? y.dtype : z instanceof Tensor ? z.dtype : "f32";
  return apply(whereOp, aligned("where", [condition, asTensor(y, like), asTensor(z, like)]));
}

const toFloatOp = elementwise("toFloat", {
  wgsl: "f32(x)",
  f64: (x) => x,
  dtype: "f32",
  accepts: ["f32", "u32", "bool"],
  vjp: [(dy) => dy],
});

/** As f32: a bool becomes 0 or 1, an integer above 2²⁴ is rounded. */
export const toFloat = (x: Tensor): Tensor => (x.dtype === "f32" ? x : apply(toFloatOp, [x]));

const toIndexOp = elementwise("toIndex", {
  wgsl: "u32(x)",
  f64: (x) => Math.trunc(x),
  dtype: "u32",
  accepts: ["f32", "u32", "bool"],
});

/** As u32: truncated, for numbers in [0, 2³²). */
export const toIndex = (x: Tensor): Tensor => (x.dtype === "u32" ? x : apply(toIndexOp, [x]));

/** One byte of a word, the lowest of its four being number 0: u32 in [0, 256). */
export const byteAt = binary("byteAt", {
  wgsl: "(x >> (8u * y)) & 255u",
  f64: (word, index) => (word >>> (8 * index)) & 255,
  accepts: ["u32"],
});

export const stopOp = elementwise("stopGradient", {
  wgsl: "x",
  f64: (x) => x,
  accepts: ["f32", "u32", "bool", "key"],
  cost: 0,
  vjp: [() => null],
});

/** x, through which no gradient passes. */
export const stopGradient = (x: Tensor): Tensor => apply(stopOp, [x]);

/** eˣ − 1, with full relative accuracy for small x. */
export const expm1 = unary("expm1", {
  wgsl: "stableExpm1(x)",
  f64: Math.expm1,
  cost: 12,
  vjp: (dy, x) => dy.mul(exp(x)),
});

/** log(1 + x), with full relative accuracy for small x. */
export const log1p = unary("log1p", {
  wgsl: "stableLog1p(x)",
  f64: Math.log1p,
  cost: 12,
  vjp: (dy, x) => dy.div(add(x, 1)),
});
