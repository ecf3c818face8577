/** Scores that tell two sets apart, and their histograms. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { histogram } from "../../../ebm/measures/histogram.ts";
import { auroc, averagePrecision, falsePositives, type Scores } from "../../../ebm/measures/separation.ts";
import { check } from "../../engine/property.ts";
import { minstd } from "./golden.ts";

const confidences = minstd(1000, 7).map((u) => 0.105 + 0.89 * u);
const right = minstd(1000, 13).map((u, i) => u < confidences[i] ** 1.5);
const rounded = confidences.map((c) => Math.round(100 * c) / 100);
const golden: Scores = { inside: rounded.filter((_, i) => right[i]), outside: rounded.filter((_, i) => !right[i]) };

test("of 1000 scores with ties AUROC, average precision and FPR@95 are those of NumPy", () => {
  expect(auroc(golden).value).toBeCloseTo(0.8274915095, 9);
  expect(averagePrecision(golden)).toBeCloseTo(0.8017220301, 9);
  expect(falsePositives(golden)).toBeCloseTo(0.6085409253, 9);
});

test("of five scores, by hand", () => {
  // Pairs: 3 > 2, 3 > 1, 2 = 2 half, 2 > 1, and 1 > neither but ties with 1: (1 + 1 + ½ + 1 + 0 + ½) / 6.
  const scores = { inside: [3, 2, 1], outside: [2, 1] };
  expect(auroc(scores).value).toBeCloseTo(4 / 6, 12);
  // At 3: P = 1, R = ⅓; at 2: P = ⅔, R = ⅔; at 1: P = ⅗, R = 1.
  expect(averagePrecision(scores)).toBeCloseTo((1 + 2 / 3 + 3 / 5) / 3, 12);
  expect(falsePositives(scores, 0.5)).toBe(0.5);
  expect(falsePositives(scores)).toBe(1);
});

const set = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 25 });
const sets = fc.record({ inside: set, outside: set });
const mapped = ({ inside, outside }: Scores, f: (score: number) => number): Scores => ({
  inside: Array.from(inside, f),
  outside: Array.from(outside, f),
});

describe("auroc()", () => {
  test("depends on the order of scores alone, and turns with its sign and its sets", () =>
    check(sets, (scores) => {
      const { value, error } = auroc(scores);
      expect(auroc(mapped(scores, (score) => Math.exp(score / 3) - 7)).value).toBeCloseTo(value, 12);
      expect(auroc(mapped(scores, (score) => -score)).value).toBeCloseTo(1 - value, 12);
      expect(auroc({ inside: scores.outside, outside: scores.inside }).value).toBeCloseTo(1 - value, 12);
      expect(value >= 0 && value <= 1 && error >= 0).toBe(true);
    }));

  test("is the share of pairs in order, ties counting half", () =>
    check(sets, (scores) => {
      const { inside, outside } = scores;
      const pairs = inside.flatMap((a) => outside.map((b) => Number(a > b) + Number(a === b) / 2));
      expect(auroc(scores).value).toBeCloseTo(pairs.reduce((sum, pair) => sum + pair, 0) / pairs.length, 12);
    }));

  test("is 1 for sets apart and 0.5 for equal ones; infinite scores are in order too", () => {
    expect(auroc({ inside: [2, 3], outside: [0, 1] })).toEqual({ value: 1, error: 0 });
    expect(auroc({ inside: [1, 2], outside: [1, 2] }).value).toBe(0.5);
    expect(auroc({ inside: [Infinity, 1], outside: [-Infinity, 0] }).value).toBe(1);
  });

  test("has the standard error that repeated draws show", () => {
    // Normal scores a unit apart, 60 and 40 of them: AUROC Φ(1/√2) = 0.7602.
    const draws = Array.from({ length: 300 }, (_, seed) => {
      const u = minstd(400, 31 * seed + 7).slice(200);
      const z = Array.from(
        { length: 100 },
        (_, i) => Math.sqrt(-2 * Math.log(u[2 * i])) * Math.cos(2 * Math.PI * u[2 * i + 1]),
      );
      return auroc({ inside: z.slice(0, 60).map((score) => score + 1), outside: z.slice(60) });
    });
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const values = draws.map(({ value }) => value);
    const spread = Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
    expect(mean(values)).toBeCloseTo(0.7602, 1);
    expect(mean(draws.map(({ error }) => error)) / spread).toBeCloseTo(1, 0);
  });
});

test("averagePrecision() is 1 and falsePositives() 0 for sets apart", () => {
  const apart = { inside: [2, 3], outside: [0, 1] };
  expect([averagePrecision(apart), falsePositives(apart)]).toEqual([1, 0]);
});

test("sets without members and scores that are no numbers are refused", () => {
  expect(() => auroc({ inside: [], outside: [1] })).toThrow("auroc: both sets have members, got 0 inside, 1 outside");
  expect(() => averagePrecision({ inside: [NaN], outside: [1] })).toThrow("averagePrecision: a score is not a number");
});

describe("histogram()", () => {
  test("gives densities of each set over the same bins", () => {
    const { edges, densities } = histogram(
      [
        [0, 1, 1, 2],
        [2, 2],
      ],
      2,
      0,
    );
    expect(edges).toEqual([0, 1, 2]);
    expect(densities).toEqual([
      [0.25, 0.75],
      [0, 1],
    ]);
  });

  test("counts runaways in its outermost bins, and leaves out what is not finite", () => {
    const scores = Array.from({ length: 1000 }, (_, i) => i / 1000);
    const { edges, densities } = histogram([[...scores, 1e9, Infinity, NaN]], 10);
    expect(edges[10]).toBeLessThan(1.1);
    const width = edges[1] - edges[0];
    expect(densities[0].reduce((sum, density) => sum + density * width, 0)).toBeCloseTo(1, 12);
  });

  test("keeps a width where all scores are one, and refuses sets without a finite score", () => {
    expect(histogram([[3, 3]], 4).densities).toEqual([[4, 0, 0, 0]]);
    expect(() => histogram([[NaN], []], 4)).toThrow("histogram: no score is finite");
  });
});
