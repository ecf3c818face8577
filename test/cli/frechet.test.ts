// The Fréchet distance with the host's linear algebra: golden values by NumPy, and what must not change it.
import { describe, expect, test } from "vitest";
import { symmetricEigen } from "../../cli/linearAlgebra.ts";
import { labelledImages } from "../../ebm/data/labelled.ts";
import { evaluations, type Evaluated, type Result } from "../../ebm/evaluation/index.ts";
import { frechetDistance, frechetFrom, momentsOf, type Moments } from "../../ebm/measures/frechet.ts";
import type { Settings } from "../../ebm/settings.ts";
import { bowl, halves, halvesModel, host } from "../ebm/evaluation/models.ts";
import { features } from "../ebm/measures/golden.ts";
import "../engine/opened.ts";

const distance = (a: Moments, b: Moments): number => frechetDistance(a, b, symmetricEigen);

describe("frechetDistance()", () => {
  test.each([
    [256, 8, 2.6417845769, 1e-9],
    [512, 64, 32.7505077933, 1e-8],
    // Fewer rows than features: singular covariances.
    [32, 64, 108.77762, 1e-5],
  ])("of %i rows of %i features is %d, as by NumPy's singular values", (count, size, wanted, error) => {
    const a = momentsOf(features(count, size, 11, 0, 0), count);
    const b = momentsOf(features(count, size, 29, 1, 0.5), count);
    expect(Math.abs(distance(a, b) - wanted)).toBeLessThan(error);
    expect(Math.abs(distance(b, a) - wanted)).toBeLessThan(error);
    const rows = [features(count, size, 11, 0, 0), features(count, size, 29, 1, 0.5)];
    expect(Math.abs(frechetFrom(rows[0], count, symmetricEigen)(rows[1]) - wanted)).toBeLessThan(error);
  });

  test("of a set and itself is zero, of diagonal Gaussians a sum of squares", () => {
    const a = momentsOf(features(256, 8, 11, 0, 0), 256);
    expect(Math.abs(distance(a, a))).toBeLessThan(1e-6 * 8);
    const one = { mean: Float64Array.of(1, 2), covariance: Float64Array.of(4, 0, 0, 9) };
    const other = { mean: Float64Array.of(0, 4), covariance: Float64Array.of(1, 0, 0, 25) };
    expect(distance(one, other)).toBeCloseTo(1 + 4 + (2 - 1) ** 2 + (3 - 5) ** 2, 10);
  });

  test("refuses features that do not fit", () => {
    const [a, b] = [momentsOf([1, 2, 3, 5], 2), momentsOf([1, 2, 3], 3)];
    expect(() => distance(a, b)).toThrow("frechetDistance: features differ in size, 2 and 1");
    expect(() => frechetFrom([1, 2, 3, 5], 2, symmetricEigen)([1, 2])).toThrow(
      "frechetFrom: features differ in size, 2 and 1",
    );
    expect(() => momentsOf([1, 2, 3], 2)).toThrow("momentsOf: 3 numbers are not 2 rows");
    expect(() => momentsOf([1, 2, 3], 1)).toThrow("of which there must be two");
  });
});

describe("the evaluation frechet", () => {
  const greys = labelledImages({ ...halves(16), images: new Uint8Array(256).fill(230), labels: null }, 4);
  const { run: evaluate, defaults } = evaluations.frechet;
  const run = (model: Evaluated, options: Settings): Promise<Result> =>
    evaluate(model, { ...defaults, ...options }, { ...host(), eigen: symmetricEigen });
  const small = { count: 16, batch: 8, steps: 100 };

  test("of a pure energy in pixels: samples are nearer to data than noise is, and data are nearest", async () => {
    const { numbers, card } = await run(bowl(230 / 127.5 - 1, [1, 4, 4], greys), small);
    expect(numbers.frechet_of_training_data).toBeCloseTo(0, 6);
    expect(numbers.frechet).toBeGreaterThan(0);
    expect(numbers.frechet).toBeLessThan(0.05 * numbers.frechet_of_start);
    expect(card.features).toContain("pixels");
    expect(JSON.stringify([card, numbers])).not.toContain("FID");
  });

  test("of a classifier in its penultimate features, with a score of its classes; in projections too", async () => {
    const { numbers, card } = await run(halvesModel({}, 16), { ...small, splits: 2 });
    expect(numbers.classifier_score_of_data).toBeGreaterThan(1.5);
    expect(card.features).toContain("penultimate");
    const other = await run(halvesModel({}, 16), { ...small, steps: 1, features: "random" });
    expect(other.numbers.frechet).not.toBe(numbers.frechet);
  });
});
