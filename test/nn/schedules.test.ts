/** Learning rates over the updates. */

import { expect, test } from "vitest";
import { constantRate, exponentialRate } from "../../nn/index.ts";

test("constantRate(r) is r throughout", () => {
  expect([0, 1, 1e6].map(constantRate(0.1))).toEqual([0.1, 0.1, 0.1]);
});

test("exponentialRate(r, decay) starts at r and is multiplied by decay after each update", () => {
  expect([0, 1, 2, 10].map(exponentialRate(2, 0.5))).toEqual([2, 1, 0.5, 2 / 1024]);
  expect([0, 1000].map(exponentialRate(0.1, 1))).toEqual([0.1, 0.1]);
});

test("exponentialRate(r, decay, floor) stops at the floor", () => {
  expect([0, 1, 2, 3, 100, 1e6].map(exponentialRate(2, 0.5, 0.4))).toEqual([2, 1, 0.5, 0.4, 0.4, 0.4]);
});

test("exponentialRate(r, decay, floor) of a floor above r stays at r", () => {
  expect([0, 1, 100].map(exponentialRate(0.1, 0.5, 0.2))).toEqual([0.1, 0.1, 0.1]);
});

test("exponentialRate reaches the floor of the flowers recipe of ebm-anatomy where repeated multiplication does", () => {
  const rate = exponentialRate(0.1, 0.99995, 5e-4);
  let repeated = 0.1;
  let reached = 0;
  while (repeated > 5e-4) {
    repeated = Math.max(5e-4, repeated * 0.99995);
    reached++;
  }
  expect(rate(reached)).toBe(5e-4);
  expect(rate(reached - 1)).toBeGreaterThan(5e-4);
  expect(rate(1000)).toBeCloseTo(0.1 * Math.exp(1000 * Math.log(0.99995)), 12);
});
