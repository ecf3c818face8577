/** The numbers of the past. */

import { expect, test } from "vitest";
import { History } from "../../../cli/web/history.ts";

test("push keeps what has a name, with null for what is missing or no number", () => {
  const history = new History(["a", "b"]);
  history.push({ step: 1, a: 5, c: 9 });
  history.push({ step: 2, c: 9 });
  history.push({ step: 3, a: NaN, b: 7 });
  expect(history.steps).toEqual([1, 3]);
  expect(history.columns).toEqual({ a: [5, null], b: [null, 7] });
  expect([history.last("a"), history.last("b")]).toEqual([5, 7]);
});

test("push thins out what is many, keeps the ends and the order", () => {
  const history = new History(["a"]);
  for (let step = 1; step <= 20_000; step++) history.push({ step, a: step });
  expect(history.steps.length).toBeLessThanOrEqual(3000);
  expect(history.steps.length).toBeGreaterThan(1000);
  expect(history.steps.at(-1)).toBe(20_000);
  expect(history.steps).toEqual([...history.steps].sort((a, b) => a - b));
  expect(history.columns.a).toEqual(history.steps);
});

test("clear forgets everything", () => {
  const history = new History(["a"]);
  history.push({ step: 1, a: 5 });
  history.clear();
  expect([history.steps, history.columns.a, history.last("a")]).toEqual([[], [], null]);
});
