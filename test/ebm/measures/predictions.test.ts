/** What a classifier says, and how right it is. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  accuracy,
  brier,
  correctness,
  crossEntropy,
  largest,
  probabilities,
  type Predictions,
} from "../../../ebm/measures/predictions.ts";
import { inceptionScore } from "../../../ebm/measures/inceptionScore.ts";
import { bestTemperature } from "../../../ebm/measures/temperatureScaling.ts";
import { check } from "../../engine/property.ts";
import { features, minstd } from "./golden.ts";

/** Two classes of odds 3 : 1 and 1 : 1, of which the first row is right and the second, a tie, is not. */
const two: Predictions = { logits: [Math.log(3), 0, 5, 5], classes: 2, labels: [0, 1] };

test("accuracy, cross-entropy and Brier score of two rows, by hand", () => {
  expect([...correctness(two)]).toEqual([1, 0]);
  expect(accuracy(two)).toBe(0.5);
  expect(crossEntropy(two)).toBeCloseTo((Math.log(4 / 3) + Math.log(2)) / 2, 12);
  expect(brier(two)).toBeCloseTo((2 * 0.25 ** 2 + 2 * 0.5 ** 2) / 2, 12);
});

test("probabilities() are softmax of logits over the temperature, whatever their size", () => {
  expect([...probabilities([1000, 1000 + Math.log(3)], 2)].map((p) => p.toFixed(6))).toEqual(["0.250000", "0.750000"]);
  expect(probabilities([0, 2 * Math.log(3)], 2, 2)[1]).toBeCloseTo(0.75, 12);
});

test("largest() takes the first of equals", () => {
  const { value, at } = largest([1, 7, 7, 3, 2, 1], 3);
  expect([[...value], [...at]]).toEqual([
    [7, 3],
    [1, 0],
  ]);
});

test.each([
  [{ logits: [1, 2, 3], classes: 2, labels: [0] }, "accuracy: 3 logits are not 1 rows of 2 classes"],
  [{ logits: [], classes: 2, labels: [] }, "accuracy: 0 logits are not 0 rows of 2 classes"],
  [{ logits: [1, 2], classes: 2, labels: [2] }, "accuracy: labels are below 2, got 2 (row 0)"],
])("predictions that do not fit are refused: %o", (predictions, message) => {
  expect(() => accuracy(predictions)).toThrow(message.replace("accuracy", "correctness"));
});

/** Logits of 3 classes whose labels are drawn from softmax(logits / temperature). */
function drawn(count: number, temperature: number, seed = 5): Predictions {
  const logits = features(count, 3, seed, 0, 0).map((z) => 2 * z);
  const p = probabilities(logits, 3, temperature);
  const u = minstd(count, seed + 4);
  const labels = u.map((share, i) => (share < p[3 * i] ? 0 : share < p[3 * i] + p[3 * i + 1] ? 1 : 2));
  return { logits, classes: 3, labels };
}

describe("bestTemperature()", () => {
  test.each([0.5, 1, 4])("of labels drawn at temperature %d is near it", (temperature) => {
    expect(bestTemperature(drawn(4000, temperature)) / temperature).toBeCloseTo(1, 1);
  });

  test("has the least cross-entropy of all", () =>
    check(
      fc.record({ seed: fc.integer({ min: 1, max: 1000 }), factor: fc.double({ min: 0.8, max: 1.25, noNaN: true }) }),
      ({ seed, factor }) => {
        const found = drawn(60, 1, seed);
        const best = bestTemperature(found);
        expect(crossEntropy(found, best)).toBeLessThanOrEqual(crossEntropy(found, best * factor) + 1e-12);
      },
    ));

  test("goes with the scale of the logits, and takes no class from another", () => {
    const predictions = drawn(500, 2);
    const scaled = { ...predictions, logits: Array.from(predictions.logits, (logit) => 5 * logit) };
    expect(bestTemperature(scaled)).toBeCloseTo(5 * bestTemperature(predictions), 6);
  });

  test("of predictions that are all right is as low as it gets, of equal logits 1", () => {
    expect(bestTemperature({ logits: [5, 0, 0, 5], classes: 2, labels: [0, 1] })).toBeLessThan(0.25);
    expect(bestTemperature({ logits: [1, 1], classes: 2, labels: [0] })).toBe(1);
  });
});

describe("inceptionScore()", () => {
  test("of 500 rows of 10 logits is that of NumPy, in one part and in ten", () => {
    const logits = features(500, 10, 41, 2, 1);
    expect(inceptionScore(logits, 10).mean).toBeCloseTo(2.5516329414, 9);
    const { mean, deviation } = inceptionScore(logits, 10, 10);
    expect(mean).toBeCloseTo(2.5127250141, 9);
    expect(deviation).toBeCloseTo(0.1401600891, 9);
  });

  test("is 1 for rows that are all alike, and the number of classes for sure ones in equal parts", () => {
    expect(inceptionScore([1, 2, 3, 1, 2, 3], 3).mean).toBeCloseTo(1, 12);
    expect(inceptionScore([900, 0, 0, 0, 900, 0, 0, 0, 900], 3).mean).toBeCloseTo(3, 12);
  });

  test("refuses fewer rows than parts", () => {
    expect(() => inceptionScore([1, 2], 2, 2)).toThrow(
      "inceptionScore: 2 logits of 2 classes are not rows for 2 parts",
    );
  });
});
