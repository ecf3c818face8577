/** The functions of shaders/lib/math.wgsl against float64, over every magnitude of f32. */

import { expect, test } from "vitest";
import { erf, sigmoid, softplus } from "../../../engine/numerics/special.ts";
import library from "../../../shaders/lib/math.wgsl?raw";
import { compute } from "../kernelRunner.ts";

const largest = 3.4028234663852886e38;

/** The smallest normal f32; hardware may take smaller ones for zero. */
const smallest = 2 ** -126;

/** What is lost when a step in between falls below the smallest normal number. */
const vanishing = 2 * smallest;

/** The unit in the last place of an f32 of this size. */
const ulp = (y: number): number => 2 ** (Math.floor(Math.log2(Math.max(Math.abs(y), smallest))) - 23);

/** What WGSL allows exp to be wrong by, in absolute terms. */
const expError = (x: number): number => (3 + 2 * Math.abs(x)) * ulp(Math.exp(x));

/** All magnitudes of both signs, 32 to a doubling, and the round numbers where something may change over. */
const everywhere = [
  0,
  ...[0.5, 1, 2, 4, 10, 16, 87, 88, 100, 1e4, 1e30, largest, smallest].flatMap((x) => [x, -x]),
  ...Array.from({ length: 254 * 32 }, (_, i) => smallest * 2 ** (i / 32)).flatMap((x) => [x, -x]),
].map(Math.fround);

/** Evenly spaced, where the functions bend. */
const bend = Array.from({ length: 2 ** 15 }, (_, i) => Math.fround((i / 2 ** 15 - 0.5) * 24));

const both = [...everywhere, ...bend];

interface Row {
  name: string;
  wgsl: string;
  f64: (x: number) => number;
  points: readonly number[];
  /** The error allowed where the exact value is y. */
  tolerance: (x: number, y: number) => number;
}

const rows: Row[] = [
  {
    name: "stableLog(x)",
    wgsl: "stableLog(x)",
    f64: Math.log,
    points: both.filter((x) => x >= smallest),
    // WGSL allows log 3 ulp outside [½, 2]; inside it is ours, which has 2.
    tolerance: (_x, y) => 3 * ulp(y),
  },
  {
    name: "stableLog1p(x)",
    wgsl: "stableLog1p(x)",
    f64: Math.log1p,
    points: both.filter((x) => x > -1),
    // Outside [−½, 1] the 3 ulp of log, and half an ulp of 1 + x before it.
    tolerance: (x, y) => 3 * ulp(y) + (0.5 * ulp(1 + x)) / (1 + x),
  },
  {
    name: "stableExp(x)",
    wgsl: "stableExp(x)",
    f64: Math.exp,
    points: both.filter((x) => x < 88.7),
    tolerance: (x) => expError(x),
  },
  {
    name: "stableExpm1(x)",
    wgsl: "stableExpm1(x)",
    f64: Math.expm1,
    points: both,
    tolerance: (x, y) => ulp(y) + (Math.abs(x) > 0.5 ? expError(x) : ulp(y)),
  },
  {
    name: "stableTanh(x)",
    wgsl: "stableTanh(x)",
    f64: Math.tanh,
    points: both,
    // The derivative of 2 / (e + 1) in e, times the error of e.
    tolerance(x, y) {
      const e = Math.exp(2 * Math.min(Math.abs(x), 10));
      return 2 * ulp(y) + (Math.abs(x) > 1 ? (2 * expError(Math.log(e))) / (e + 1) ** 2 : 0);
    },
  },
  {
    name: "stableSigmoid(x)",
    wgsl: "stableSigmoid(x)",
    f64: sigmoid,
    points: both,
    tolerance: (x, y) => 3 * ulp(y) + expError(-Math.abs(x)),
  },
  {
    name: "stableSoftplus(x)",
    wgsl: "stableSoftplus(x)",
    f64: softplus,
    points: both,
    tolerance: (x, y) => 4 * ulp(y) + expError(-Math.abs(x)),
  },
  {
    name: "erf(x)",
    wgsl: "erf(x)",
    f64: erf,
    points: both,
    // Beyond 1 the exponential is of −log erfc(1) = −1.85 or less.
    tolerance: (x, y) => 3 * ulp(y) + (Math.abs(x) > 1 ? expError(-1.85) : 0),
  },
  {
    name: "leakyRelu(x, 0.2)",
    wgsl: "leakyRelu(x, 0.2)",
    f64: (x) => (x > 0 ? x : Math.fround(0.2) * x),
    points: both,
    tolerance: (_x, y) => ulp(y),
  },
  ...[-7, -2, -1, 0, 1, 2, 3, 10].map((n) => ({
    name: `powInteger(x, ${n})`,
    wgsl: `powInteger(x, ${n})`,
    f64: (x: number) => x ** n,
    points: both.filter((x) => Math.abs(x) ** Math.abs(n) >= smallest),
    // Half an ulp for each factor, and 2.5 that WGSL allows a quotient.
    tolerance: (_x: number, y: number) => (Math.abs(n) / 2 + 2.5) * ulp(y),
  })),
  ...[-0.75, 0.5, 0.9, 2.25].map((exponent) => ({
    name: `powPositive(x, ${exponent})`,
    wgsl: `powPositive(x, ${exponent})`,
    f64: (x: number) => x ** exponent,
    points: both.filter((x) => x >= smallest),
    // The error of exp, and those of the logarithm and its product with the exponent, which it makes relative ones.
    tolerance(x: number, y: number) {
      const size = Math.abs(exponent * Math.log(x));
      return (3 + 2 * size + 8 * size) * ulp(y);
    },
  })),
];

test.each(rows)("$name keeps its digits over all magnitudes", async ({ wgsl, f64, points, tolerance }) => {
  const values = await compute(library, wgsl, "f32", Float32Array.from(points));
  let [worst, where] = [0, ""];
  points.forEach((x, i) => {
    const exact = f64(x);
    if (Math.abs(exact) > largest || (exact !== 0 && Math.abs(exact) < smallest)) return;
    const share = Math.abs(values[i] - exact) / (tolerance(x, exact) + vanishing);
    if (!(share <= worst)) [worst, where] = [share, `at ${x}: ${values[i]} for ${exact}`];
  });
  expect(worst, where).toBeLessThanOrEqual(1);
});

/** Quiet and signalling, of both signs, with small and large payloads. */
const nans = new Float32Array(Uint32Array.of(0x7fc00000, 0xffc00000, 0x7f800001, 0xff800001, 0x7fffffff).buffer);

test.each(rows.filter(({ wgsl }) => wgsl !== "powInteger(x, 0)"))("$name of NaN is NaN", async ({ wgsl }) => {
  expect(Array.from(await compute(library, wgsl, "f32", nans))).toEqual([NaN, NaN, NaN, NaN, NaN]);
});

const infinities = new Float32Array(Uint32Array.of(0x7f800000, 0xff800000).buffer);

test("isNan(x) holds for NaN alone", async () => {
  const isNan = (x: Float32Array<ArrayBuffer>) => compute(library, "u32(isNan(x))", "u32", x);
  expect(Array.from(await isNan(nans))).toEqual([1, 1, 1, 1, 1]);
  expect(Array.from(await isNan(infinities))).toEqual([0, 0]);
  expect((await isNan(Float32Array.from(everywhere))).indexOf(1)).toBe(-1);
});

test("isFinite(x) holds for all but NaN and infinity", async () => {
  const isFinite = (x: Float32Array<ArrayBuffer>) => compute(library, "u32(isFinite(x))", "u32", x);
  expect(Array.from(await isFinite(nans))).toEqual([0, 0, 0, 0, 0]);
  expect(Array.from(await isFinite(infinities))).toEqual([0, 0]);
  expect((await isFinite(Float32Array.from(everywhere))).indexOf(0)).toBe(-1);
});

/** What a function is where it ends: at 0, beyond its domain, and at infinity. */
const edges: [wgsl: string, x: number[], y: number[]][] = [
  [
    "stableLog(x)",
    [0, -0, smallest / 4, -smallest, -1, -1.5, -Infinity],
    [-Infinity, -Infinity, -Infinity, NaN, NaN, NaN, NaN],
  ],
  ["stableLog(x)", [1, Infinity], [0, Infinity]],
  ["stableLog1p(x)", [-1, -1.5, -2, -Infinity, Infinity], [-Infinity, NaN, NaN, NaN, Infinity]],
  ["sqrt(x)", [0, 4, Infinity, -smallest, -1, -Infinity], [0, 2, Infinity, NaN, NaN, NaN]],
  ["stableExp(x)", [0, -Infinity, Infinity], [1, 0, Infinity]],
  ["powPositive(x, 2.0)", [0, -0, -1, -Infinity, Infinity], [0, 0, NaN, NaN, Infinity]],
  ["powPositive(x, 0.5)", [0, -0, -1, -4.5, Infinity], [0, 0, NaN, NaN, Infinity]],
  ["powPositive(x, -0.5)", [0, -0, -1, Infinity], [Infinity, Infinity, NaN, 0]],
  ["powPositive(x, -1.0)", [0, 4], [Infinity, 0.25]],
  ["powPositive(x, 0.0)", [0, 5, 1e-30, smallest / 4, Infinity, -1], [1, 1, 1, 1, 1, NaN]],
  ["powInteger(x, 3)", [-0.5, Infinity, -Infinity], [-0.125, Infinity, -Infinity]],
  ["powInteger(x, -1)", [0, -4, Infinity], [Infinity, -0.25, 0]],
  ["larger(x, 1.0)", [-2, 3, Infinity, -Infinity, NaN], [1, 3, Infinity, 1, NaN]],
  ["smaller(x, 1.0)", [-2, 3, Infinity, -Infinity, NaN], [-2, 1, 1, -Infinity, NaN]],
  ["larger(1.0, x)", [-2, 3, NaN], [1, 3, NaN]],
  ["smaller(1.0, x)", [-2, 3, NaN], [-2, 1, NaN]],
  ["signOf(x)", [-2, 0, 3, Infinity, NaN], [-1, 0, 1, 1, NaN]],
];

test.each(edges)("%s of %j is %j", async (wgsl, x, y) => {
  expect(Array.from(await compute(library, wgsl, "f32", Float32Array.from(x)))).toEqual(y);
});

test("precedes(x, y, first) orders numbers, decides ties by `first` and puts NaN last", async () => {
  const before = async (y: string, first: boolean, ...x: number[]) =>
    Array.from(await compute(library, `u32(precedes(x, ${y}, ${first}))`, "u32", Float32Array.from(x)));
  expect(await before("1.0", true, -2, 1, 3, NaN, -Infinity, Infinity)).toEqual([1, 1, 0, 0, 1, 0]);
  expect(await before("1.0", false, -2, 1, 3, NaN)).toEqual([1, 0, 0, 0]);
  const nan = "bitcast<f32>(bitcast<u32>(x) | 0x7fc00000u)";
  expect(await before(nan, false, 1, Infinity, NaN)).toEqual([1, 1, 0]);
  expect(await before(nan, true, 1, Infinity, NaN)).toEqual([1, 1, 1]);
});
