/** Reliability and its errors. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calibrationError, reliability } from "../../../ebm/measures/calibration.ts";
import { correctness, largest, probabilities } from "../../../ebm/measures/predictions.ts";
import { check } from "../../engine/property.ts";
import { features, minstd } from "./golden.ts";

/** Confidences and whether they are right; the values below were computed of the same numbers with NumPy. */
const confidences = minstd(1000, 7).map((u) => 0.105 + 0.89 * u);
const correct = minstd(1000, 13).map((u, i) => Number(u < confidences[i] ** 1.5));

describe("calibrationError()", () => {
  test.each([
    [10, 0.0902968, 0.1424915881, 0.0992366942],
    [15, 0.0939916727, 0.1518064401, 0.1041284806],
    [20, 0.096736552, 0.1935852999, 0.109245474],
  ])("of %i bins of equal width is that of NumPy", (bins, ece, mce, rmsce) => {
    const found = calibrationError(reliability(confidences, correct, { bins }));
    expect(found.ece).toBeCloseTo(ece, 9);
    expect(found.mce).toBeCloseTo(mce, 9);
    expect(found.rmsce).toBeCloseTo(rmsce, 9);
  });

  test.each([
    [10, 0.0910414441],
    [15, 0.094545698],
  ])("of %i bins of equal mass is that of NumPy", (bins, ece) => {
    expect(calibrationError(reliability(confidences, correct, { bins, by: "mass" })).ece).toBeCloseTo(ece, 9);
  });

  /** Rows whose labels are drawn from softmax(logits / 5), judged by softmax(logits · scale / 5). */
  function synthetic(scale: number): number {
    const classes = 4;
    const logits = features(20_000, classes, 3, 0, 0);
    const p = probabilities(logits, classes);
    const labels = minstd(20_000, 17).map((u, i) => {
      let [label, below] = [0, p[i * classes]];
      while (u > below && label < classes - 1) below += p[i * classes + ++label];
      return label;
    });
    const scaled = logits.map((logit) => scale * logit);
    const { value } = largest(probabilities(scaled, classes), classes);
    return calibrationError(reliability(value, correctness({ logits: scaled, classes, labels }), { bins: 15 })).ece;
  }

  test("of perfectly calibrated probabilities is below .01, of logits five times too large above .1", () => {
    expect(synthetic(1)).toBeLessThan(0.01);
    expect(synthetic(5)).toBeGreaterThan(0.1);
  });

  test("lies between 0 and 1, ECE ≤ RMSCE ≤ MCE, and in one bin is |accuracy − confidence|", () =>
    check(
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 1 })), {
        minLength: 1,
        maxLength: 40,
      }),
      (pairs) => {
        const [c, a] = [pairs.map(([one]) => one), pairs.map(([, one]) => one)];
        const { ece, mce, rmsce } = calibrationError(reliability(c, a, { bins: 7 }));
        expect(ece).toBeLessThanOrEqual(rmsce + 1e-12);
        expect(rmsce).toBeLessThanOrEqual(mce + 1e-12);
        expect(mce).toBeLessThanOrEqual(1);
        const gap = Math.abs(a.reduce((x, y) => x + y, 0) - c.reduce((x, y) => x + y, 0)) / c.length;
        expect(calibrationError(reliability(c, a, { bins: 1 })).ece).toBeCloseTo(gap, 12);
      },
    ));
});

describe("reliability()", () => {
  test("puts an edge into the bin below it, 0 into the first and 1 into the last", () => {
    const counts = (published: boolean): number[] =>
      reliability([0, 0.25, 0.5, 0.75, 1, 0.6], [1, 1, 1, 1, 1, 0], { bins: 4, published }).map(({ count }) => count);
    expect(counts(false)).toEqual([2, 1, 2, 1]);
    expect(counts(true)).toEqual([0, 0, 1, 0]);
  });

  test("with published edges leaves sure predictions out of the bins, but not out of the number of all", () => {
    const bins = reliability([1, 0.61], [1, 0], { bins: 20, published: true });
    expect(calibrationError(bins, 2).ece).toBeCloseTo(0.305, 12);
  });

  test("has equally many predictions in bins of equal mass, the larger ones first", () => {
    const bins = reliability([0.9, 0.1, 0.5, 0.3, 0.7], [1, 0, 1, 0, 0], { bins: 2, by: "mass" });
    expect(bins.map(({ from, to, count, accuracy }) => [from, to, count, accuracy])).toEqual([
      [0.1, 0.5, 3, 1 / 3],
      [0.7, 0.9, 2, 0.5],
    ]);
  });

  test("keeps its bins where there are fewer predictions than bins, and does not mind their order", () => {
    expect(reliability([0.5], [1], { bins: 3, by: "mass" }).map(({ count }) => count)).toEqual([1, 0, 0]);
    const turned = reliability(confidences.toReversed(), correct.toReversed(), { bins: 15 });
    expect(calibrationError(turned).ece).toBeCloseTo(0.0939916727, 9);
  });

  test("refuses what is not predictions, each right or wrong", () => {
    expect(() => reliability([0.5], [], { bins: 3 })).toThrow(
      "reliability: expected predictions, each right or wrong, got 1 and 0 (confidences, correct)",
    );
  });
});
