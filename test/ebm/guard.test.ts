/** The guard: what it calls strange, skipped or diverged, and where it goes back to. */

import { expect, test } from "vitest";
import { Guard, guard, isKept, recovered, safeStep, type Alarm } from "../../ebm/guard.ts";
import type { MetricsRow } from "../../ebm/index.ts";

const healthy = (step: number): MetricsRow => ({ step, loss: Math.sin(step), r_s: 0.02 + 0.001 * (step % 5) });

/** All that a guard says about some rows. */
const said = (rows: readonly MetricsRow[], watching = new Guard(guard)): Alarm[] =>
  rows.flatMap((row) => watching.look(row) ?? []);

const rows = (count: number, change: (step: number) => Partial<MetricsRow> = () => ({})): MetricsRow[] =>
  Array.from({ length: count }, (_, i) => ({ ...healthy(i + 1), ...(change(i + 1) as MetricsRow) }));

test("a guard says nothing of numbers that stay what they are, or grow steadily", () => {
  expect(said(rows(1000))).toEqual([]);
  expect(said(rows(1000, (step) => ({ loss: 1.01 ** step })))).toEqual([]);
});

test("a number that is not finite is skipped; more than three in a row have diverged, which is said once", () => {
  const lost = (from: number, to: number) => (step: number) => (step >= from && step <= to ? { loss: NaN } : {});
  expect(said(rows(50, lost(10, 12))).map(({ step, kind }) => [step, kind])).toEqual([
    [10, "skipped"],
    [11, "skipped"],
    [12, "skipped"],
  ]);
  // Measures in between are no healthy update.
  const between = rows(50, lost(10, 40)).flatMap((row) => [row, { step: row.step, kl_true_model: 0.1 }]);
  expect(said(between).at(-1)?.step).toBe(13);
  expect(said(rows(50, lost(10, 40))).at(-1)).toEqual({ step: 13, kind: "diverged", message: "step 13: loss is NaN" });
});

test("a loss or an energy beyond the limit, either way, has diverged", () => {
  const [alarm, ...more] = said(rows(50, (step) => (step > 20 ? { energy_data: -3.00004e8 } : {})));
  expect([alarm, more]).toEqual([{ step: 21, kind: "diverged", message: "step 21: energy_data is -300000000" }, []]);
  expect(said(rows(50, (step) => (step > 20 ? { kl_true_model: 1e12 } : {})))).toEqual([]);
});

test("a number fifty times further from usual than usual is strange, and told once in a while", () => {
  const alarms = said(rows(500, (step) => (step >= 300 ? { r_s: 7 } : {})));
  expect(alarms[0]).toEqual({
    step: 300,
    kind: "strange",
    message: "step 300: r_s is 7: far from the last 200 updates",
  });
  expect(alarms.length).toBeLessThan(3);
  // In the first updates nothing is usual yet.
  expect(said(rows(190, (step) => (step >= 100 ? { r_s: 7 } : {})))).toEqual([]);
});

test("a guard that sees the same rows again says the same: a resumed run is judged as one that never stopped", () => {
  const all = rows(600, (step) => (step % 211 === 0 ? { loss: 1e4 } : step === 590 ? { loss: NaN } : {}));
  const watching = new Guard(guard);
  const whole = said(all);
  said(all.slice(0, 450), watching);
  expect(said(all.slice(450), watching)).toEqual(whole.filter(({ step }) => step > 450));
});

test("safeStep() is the newest step that was followed by enough updates, further back at every recovery", () => {
  const settings = { ...guard, settle: 100 };
  const kept = [900, 800, 700, 500, 100];
  expect([0, 1, 2, 3].map((recoveries) => safeStep(kept, 901, recoveries, settings))).toEqual([800, 700, 500, 100]);
  expect(safeStep(kept, 150, 0, settings)).toBe(0);
  expect(safeStep([], 950, 0, settings)).toBe(0);
  // What an interruption left behind does not count.
  expect(safeStep([550, 500], 700, 0, settings)).toBe(500);
});

test("a recovery halves the learning rate and lengthens chains by half", () => {
  expect([0, 1, 2].map((count) => recovered.rate(0.4, count))).toEqual([0.4, 0.2, 0.1]);
  expect([0, 1, 2].map((count) => recovered.steps(5, count))).toEqual([5, 8, 12]);
});

test("of older checkpoints there is always one about as old as may be asked for, and few in all", () => {
  const settings = { ...guard, settle: 10 };
  for (let newest = 10; newest <= 2000; newest += 10) {
    const kept = Array.from({ length: newest + 1 }, (_, step) => step).filter((step) => isKept(step, newest, settings));
    for (const age of [10, 20, 80, 320])
      if (newest > 2 * age) expect(kept.some((step) => newest - step >= age && newest - step <= 3 * age)).toBe(true);
    expect(kept.length).toBeLessThan(25);
  }
  expect([15, 0].map((step) => isKept(step, 20, settings))).toEqual([false, false]);
});
