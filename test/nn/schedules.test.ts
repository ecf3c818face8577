/** Learning rates over the updates. */

import { expect, test } from "vitest";
import { constantRate, cosineRate, exponentialRate, multiStepRate, stepRate, warmedUp } from "../../nn/index.ts";

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

test("stepRate(r, every, factor) multiplies after every so many updates", () => {
  expect([0, 2, 3, 5, 6, 9].map(stepRate(8, 3, 0.5))).toEqual([8, 8, 4, 4, 2, 1]);
});

test("multiStepRate(r, milestones, factor) multiplies at each milestone", () => {
  expect([0, 9, 10, 19, 20, 1000].map(multiStepRate(8, [10, 20], 0.5))).toEqual([8, 8, 4, 4, 2, 2]);
  expect(multiStepRate(3, [], 0.5)(7)).toBe(3);
  expect(() => multiStepRate(1, [5, 5], 0.5)).toThrow(
    new RangeError("multiStepRate: the milestones must increase, got [5, 5]"),
  );
});

test("cosineRate(r, updates, floor) falls along half a cosine and stays at the floor", () => {
  const rate = cosineRate(3, 12, 1);
  const wanted = [3, 2 + Math.SQRT1_2, 2, 1.5, 1, 1];
  expect([0, 3, 6, 8, 12, 50].map(rate)).toEqual(wanted.map((value) => expect.closeTo(value, 12) as number));
});

test("warmedUp(schedule, updates) begins with shares of the schedule", () => {
  expect([0, 1, 2, 3, 4, 10].map(warmedUp(constantRate(8), 4))).toEqual([2, 4, 6, 8, 8, 8]);
  expect([0, 1, 4, 5].map(warmedUp(constantRate(8), 4, 0))).toEqual([0, 2, 8, 8]);
  expect([0, 5].map(warmedUp(constantRate(8), 0))).toEqual([8, 8]);
});

test("the published rates are compositions", () => {
  // JEM: 1e-4 after 1000 updates of warm-up from nothing, × 0.3 at epochs 160 and 180, here of 780 updates.
  const jem = warmedUp(multiStepRate(1e-4, [160 * 780, 180 * 780], 0.3), 1000, 0);
  expect([0, 500, 1000, 160 * 780 - 1].map(jem)).toEqual([0, 5e-5, 1e-4, 1e-4]);
  expect(jem(180 * 780)).toBeCloseTo(9e-6, 12);
  // GEBM: × 0.8 every 5000 updates of the generator, or only when that has happened 10, 50 and 70 times.
  expect(stepRate(1e-4, 5000, 0.8)(10_000)).toBeCloseTo(6.4e-5, 12);
  const scheduled = multiStepRate(
    1e-5,
    [10, 50, 70].map((times) => 5000 * times),
    0.8,
  );
  expect(scheduled(49_999)).toBe(1e-5);
  expect(scheduled(50_000)).toBeCloseTo(8e-6, 12);
  // VERA: the first rate is 1/2500 of the whole.
  expect(warmedUp(constantRate(3e-5), 2500)(0)).toBeCloseTo(1.2e-8, 15);
});
