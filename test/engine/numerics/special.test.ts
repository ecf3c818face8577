/** The float64 functions against values known to more digits, which were computed with 30. */

import { assert, double, property } from "fast-check";
import { expect, test } from "vitest";
import { erf, erfc, sigmoid, softplus } from "../../../engine/numerics/special.ts";

/** A few units in the last place of a float64. */
const rounding = 1e-15;

/** Up to 2, erfc is 1 − erf: it loses the digits by which it is smaller than 1. */
const cancellation = 2e-13;

function expectClose(value: number, exact: number, tolerance: number): void {
  expect(Math.abs(value - exact), `${value} against ${exact}`).toBeLessThanOrEqual(tolerance * Math.abs(exact));
}

test.each([
  [1e-10, 1.1283791670955126e-10, 0.999999999887162],
  [0.1, 0.1124629160182849, 0.887537083981715],
  [0.5, 0.5204998778130465, 0.4795001221869535],
  [1, 0.8427007929497149, 0.15729920705028513],
  [1.5, 0.9661051464753108, 0.033894853524689274],
  [1.999, 0.9953015566513705, 0.004698443348629487],
  [2, 0.9953222650189527, 0.004677734981047266],
  [2.5, 0.999593047982555, 0.0004069520174449589],
  [3, 0.9999779095030014, 2.209049699858544e-5],
  [5, 0.9999999999984626, 1.537459794428035e-12],
  [10, 1.0, 2.088487583762545e-45],
  [25, 1.0, 8.300172571196523e-274],
])("erf(%d) is %d and erfc is %d", (x, value, complement) => {
  expectClose(erf(x), value, rounding);
  expectClose(erfc(x), complement, cancellation);
});

test.each([
  [-700, 9.85967654375977e-305, 9.85967654375977e-305],
  [-30, 9.357622968839737e-14, 9.357622968839299e-14],
  [-1, 0.3132616875182228, 0.2689414213699951],
  [0, 0.6931471805599453, 0.5],
  [1e-9, 0.6931471810599453, 0.50000000025],
  [0.5, 0.9740769841801067, 0.6224593312018546],
  [20, 20.000000002061153, 0.9999999979388464],
  [40, 40.0, 1.0],
])("softplus(%d) is %d and sigmoid is %d", (x, plus, squashed) => {
  expectClose(softplus(x), plus, rounding);
  expectClose(sigmoid(x), squashed, rounding);
});

test("erf(x) and erfc(x) end in 1 and 0, and softplus(x) and sigmoid(x) never overflow", () => {
  expect([erf(0), erf(10), erf(-10), erf(Infinity), erf(-Infinity)]).toEqual([0, 1, -1, 1, -1]);
  expect([erfc(30), erfc(-10)]).toEqual([0, 2]);
  expect([softplus(1e300), softplus(-1e300), sigmoid(1e300), sigmoid(-1e300)]).toEqual([1e300, 0, 1, 0]);
  expect([erf(NaN), softplus(NaN), sigmoid(NaN)]).toEqual([NaN, NaN, NaN]);
});

test("erf(x) is odd and rises", () => {
  const reals = double({ min: -7, max: 7, noNaN: true });
  assert(property(reals, (x) => erf(-x) === -erf(x)));
  assert(property(reals, reals, (x, y) => x > y - 1e-12 || erf(x) <= erf(y)));
});

test("softplus(x) − softplus(−x) is x, and sigmoid(x) + sigmoid(−x) is 1", () => {
  assert(
    property(double({ min: -700, max: 700, noNaN: true }), (x) => {
      expectClose(softplus(x) - softplus(-x), x, x === 0 ? 0 : rounding * (1 + 2 / Math.abs(x)));
      expectClose(sigmoid(x) + sigmoid(-x), 1, rounding);
    }),
  );
});
