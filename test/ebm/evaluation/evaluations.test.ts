/** Evaluations on models whose answers are known. */

import { describe, expect, test } from "vitest";
import "../../engine/opened.ts";
import { evaluations, type Evaluated, type Result } from "../../../ebm/evaluation/index.ts";
import type { Settings } from "../../../ebm/settings.ts";
import { labelledImages } from "../../../ebm/data/labelled.ts";
import { bowl, halves, halvesModel, host, images, line, linear, pointsOf } from "./models.ts";

const run = (name: string, model: Evaluated, options: Settings = {}, told: string[] = []): Promise<Result> =>
  evaluations[name].run(model, { ...evaluations[name].defaults, ...options }, host(told));

describe("accuracy", () => {
  test("of a linear classifier, with its cross-entropy and a row for each number of steps", async () => {
    const { numbers, tables, card } = await run("accuracy", line(), { refine: "0,2", batch: 2 });
    const losses = [1, 2, 1, 3].map((margin) => Math.log(1 + Math.exp(-2 * margin)));
    losses.push(Math.log(1 + Math.exp(1)));
    expect(numbers.accuracy).toBe(0.8);
    expect(numbers.cross_entropy).toBeCloseTo(losses.reduce((a, b) => a + b) / 5, 6);
    // Downhill in E = −log(eˣ + e⁻ˣ) every point runs off to its own side.
    expect(numbers.accuracy_after_2).toBe(0.8);
    expect(numbers.cross_entropy_after_2).not.toBe(numbers.cross_entropy);
    expect(tables![0].rows.map(([steps]) => steps)).toEqual([0, 2]);
    expect(card).toMatchObject({ data: "points, test", items: 5, "input noise": 0 });
  });

  test("refuses a pure energy, data without classes and more items than there are", async () => {
    await expect(run("accuracy", bowl(0, [1, 4, 4], images()))).rejects.toThrow(
      "accuracy: asks for a classifier, and this model learns no classes",
    );
    const nameless = {
      ...halvesModel(),
      open: () => Promise.resolve(labelledImages({ ...halves(3), labels: null }, 4)),
    };
    await expect(run("accuracy", nameless)).rejects.toThrow("accuracy: asks for classes, and halves has none");
    await expect(run("accuracy", line(), { count: 9 })).rejects.toThrow("count: points has 5 items, got 9");
  });

  test("adds the noise of training, the same for the same seed", async () => {
    const model = halvesModel({ noise: 0.5 });
    const [once, again, other, without] = await Promise.all(
      ([{}, {}, { seed: 2 }, { noise: false }] as Settings[]).map((options) =>
        run("accuracy", model, { refine: "0", ...options }),
      ),
    );
    expect(once.numbers).toEqual(again.numbers);
    expect(other.numbers.cross_entropy).not.toBe(once.numbers.cross_entropy);
    expect(without.card["input noise"]).toBe(0);
    expect(once.card["input noise"]).toBe(0.5);
  });
});

describe("calibration", () => {
  test("of five points in two bins, by hand, and a temperature fitted on the last ones", async () => {
    const { numbers, card, figures } = await run("calibration", line(), { bins: 2, fitted: 0.4 });
    const p = (x: number): number => 1 / (1 + Math.exp(-2 * Math.abs(x)));
    const confidence = (p(1) + p(2) + p(1) + p(3) + p(0.5)) / 5;
    expect(numbers.confidence).toBeCloseTo(confidence, 6);
    expect(numbers.ece).toBeCloseTo(Math.abs(0.8 - confidence), 6);
    // Of −3 and −0.5, labelled 1 and 0, one is right with logits 6 apart and one wrong with 1 apart.
    expect(numbers.temperature).toBeGreaterThan(1);
    expect(card.temperature).toBe("fitted on the last 2, judged on the first 3");
    expect(figures!.map(({ kind }) => kind)).toEqual(["reliability", "reliability"]);
  });

  test("without a fitted share has no temperature", async () => {
    const { numbers, card } = await run("calibration", line(), { fitted: 0 });
    expect(card.temperature).toBe("not fitted");
    expect("temperature" in numbers).toBe(false);
  });
});

describe("ood", () => {
  test("of a bowl knows its centre from all that is far: log p(x) and the slope alone, for it has no classes", async () => {
    const model = bowl(0.8, [1, 4, 4], labelledImages({ ...halves(10), images: new Uint8Array(160).fill(230) }, 4));
    const { numbers, card, figures } = await run("ood", model, { count: 10, refine: 2 });
    for (const name of ["logDensity_kmnist", "typicality_kmnist", "logDensity_uniform", "refinement_uniform"])
      expect(numbers[`auroc_${name}`]).toBe(1);
    expect(Object.keys(numbers).some((name) => name.includes("confidence"))).toBe(false);
    expect(card["not at hand"]).toBe("notmnist");
    expect(card.against).toContain("interpolated (10), uniform (10), constant (10)");
    expect(figures!.map(({ title }) => title)).toContain("logDensity");
    expect(figures![0].curves.map(({ name }) => name)[0]).toBe("halves");
  });

  test("of a classifier scores confidence, which for a linear one is highest far away", async () => {
    const { numbers } = await run("ood", line(), { against: "usual", refine: 0 });
    expect(numbers.auroc_confidence_uniform).toBeLessThan(0.5);
    expect(numbers.auroc_confidence_uniform).toBe(numbers.auroc_maxLogit_uniform);
  });

  test("mixes each image with another for the interpolated ones", async () => {
    // Halves that are bright above and below alike have no class: the mean of two that differ is grey.
    const { numbers } = await run("ood", halvesModel({}, 13), {
      against: "interpolated",
      count: 0,
      refine: 0,
      batch: 5,
    });
    expect(numbers.auroc_maxLogit_interpolated).toBeGreaterThan(0.7);
  });

  test("refuses sets of other channels, sets that were named and are not there, and images for points", async () => {
    await expect(run("ood", halvesModel(), { against: "cifar10" })).rejects.toThrow(
      "ood.against: images of cifar10 have 3 channels, those of this model 1",
    );
    await expect(run("ood", halvesModel(), { against: "notmnist" })).rejects.toThrow("notmnist is not here");
    await expect(run("ood", line(), { against: "mnist" })).rejects.toThrow(
      'ood.against: "mnist" has no points, of which this model is',
    );
  });
});

describe("robust", () => {
  const w = [1, 0.5];
  const points: [number, number][] = [
    [0.3, 0.2],
    [1, 0],
    [-0.7, 0.1],
    [-0.2, -0.2],
    [0.1, 0.3],
    [-1, 1.8],
  ];
  const model = (noise = 0): Evaluated =>
    linear(
      [
        [w[0] / 2, -w[0] / 2],
        [w[1] / 2, -w[1] / 2],
      ],
      [2],
      pointsOf(points, [0, 0, 1, 1, 0, 1]),
      { noise },
    );
  /** Margins of items to the linear boundary, in the norm dual to the attack's. */
  const margins = points.map(([x, y], i) => (w[0] * x + w[1] * y) * [1, 1, -1, -1, 1, -1][i]);

  test.each([
    ["linf", Math.abs(w[0]) + Math.abs(w[1])],
    ["l2", Math.hypot(w[0], w[1])],
  ])(
    "under %s attacks a linear classifier keeps just the items whose distance from the boundary is larger",
    async (norm, dual) => {
      const sizes = [0, 0.1, 0.18, 0.3, 0.5, 0.95];
      const options = { norm, epsilon: sizes.join(","), refine: "0", steps: 20, restarts: 1, copies: 1, count: 0 };
      const { numbers, figures } = await run("robust", model(), options);
      for (const size of sizes) {
        const expected = margins.filter((margin) => margin / dual > size).length / margins.length;
        expect(numbers[`robust_${norm}_${size}_jem0`]).toBe(expected);
      }
      expect(numbers.masking_jem0).toBe(0);
      expect(figures![0].curves[0].points).toHaveLength(sizes.length);
    },
  );

  test("through noisy copies and refinement weakens no attack on a model that refinement does not change", async () => {
    const options = { epsilon: "0.3", steps: 5, restarts: 1, copies: 4, count: 0, refine: "0,1" };
    const { numbers, tables } = await run("robust", model(0.01), options);
    const expected = margins.filter((margin) => margin / 1.5 > 0.3).length / margins.length;
    expect(numbers["robust_linf_0.3_jem0"]).toBe(expected);
    expect(Math.abs(numbers["robust_linf_0.3_jem1"] - expected)).toBeLessThan(0.2);
    expect(tables![0].rows.map(([name]) => name)).toEqual(["JEM-0", "JEM-1"]);
  });

  test("a classifier that has no slope is found out: gradients are masked", async () => {
    const flat = model();
    const hidden: Evaluated = {
      ...flat,
      classifier: { ...flat.classifier!, logits: (learned, x) => flat.classifier!.logits(learned, x.sign()).mul(0.5) },
    };
    const options = { epsilon: "0.2", refine: "0", steps: 5, restarts: 1, copies: 1, count: 0 };
    const { numbers, tables } = await run("robust", hidden, options);
    expect(numbers.masking_jem0).toBe(1);
    expect(tables![1].rows[0].at(-1)).toBe("gradients may be masked");
  });
});
