// Densities on a grid and their divergence, against values worked out by hand and with scipy.
import fc from "fast-check";
import { expect, test } from "vitest";
import { klDivergence, normaliseOnGrid, plottedLog } from "../../../ebm/measures/kl.ts";

const logs = (...densities: number[]): Float64Array => Float64Array.from(densities, Math.log);

test("klDivergence of [1 2 3 4] from [4 1 1 2] is scipy's entropy of the two, 0.3837 nats", () => {
  expect(klDivergence(logs(1, 2, 3, 4), logs(4, 1, 1, 2))).toBeCloseTo(0.38369900751020125, 14);
});

test("klDivergence does not depend on the scale of either density", () => {
  expect(klDivergence(logs(10, 20, 30, 40), logs(1, 0.25, 0.25, 0.5))).toBeCloseTo(0.38369900751020125, 14);
});

test("klDivergence counts nothing where p is 0", () => {
  expect(klDivergence(logs(0, 1, 1), logs(2, 1, 1))).toBeCloseTo(Math.log(2), 14);
});

test("klDivergence is Infinity where q is 0 and p is not", () => {
  expect(klDivergence(logs(1, 1), logs(1, 0))).toBe(Infinity);
});

test("klDivergence judges a q too small for float64 by its logarithm", () => {
  expect(klDivergence(Float64Array.of(0, 0), Float64Array.of(0, -2000))).toBeCloseTo(1000 - Math.log(2), 10);
});

test("klDivergence is NaN when a density is not a number somewhere", () => {
  expect(klDivergence(logs(1, 1), Float64Array.of(0, NaN))).toBeNaN();
});

test("klDivergence refuses two grids of different size", () => {
  expect(() => klDivergence(logs(1, 1), logs(1))).toThrow("klDivergence: grids differ, got 2 and 1 points (p, q)");
});

test("klDivergence is never negative, and 0 of a density from itself", () => {
  const density = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(density, density, (p, q) => {
      expect(klDivergence(Float64Array.from(p), Float64Array.from(q))).toBeGreaterThan(-1e-12);
      expect(klDivergence(Float64Array.from(p), Float64Array.from(p))).toBe(0);
    }),
  );
});

test("normaliseOnGrid makes density times cell sum to 1", () => {
  const density = normaliseOnGrid(logs(1, 2, 5), 0.25).map(Math.exp);
  expect([...density].map((value) => value * 0.25)).toEqual(
    [0.125, 0.25, 0.625].map((p) => expect.closeTo(p, 14) as number),
  );
});

test("normaliseOnGrid is NaN everywhere when there is no mass", () => {
  expect([...normaliseOnGrid(logs(0, 0), 1)]).toEqual([NaN, NaN]);
});

test("plottedLog of an empty place is log 1e-10", () => {
  expect(plottedLog(Float64Array.of(0))[0]).toBeCloseTo(-23.025850929940457, 12);
});
