/** Evaluations of trainings: what they learn is looked at, and stays as it is. */

import { expect, test } from "vitest";
import "../../engine/opened.ts";
import { recipes, systems, type Training } from "../../../ebm/index.ts";
import { evaluations, type Result } from "../../../ebm/evaluation/index.ts";
import { changed } from "../../../ebm/recipes/recipe.ts";
import type { Settings } from "../../../ebm/settings.ts";
import { host } from "./models.ts";

/** Small nets and few chains. */
const small = {
  ...{ batch: 8, net: { width: 4 }, sampler: { steps: 2 }, start: { size: 24 } },
  ...{ landscape: { resolution: 5, samples: 10 } },
};

/** A training at update 0; the shaders of its updates are not compiled, for nobody asks for one. */
const open = (name: string): Promise<Training> =>
  systems[recipes[name].system].open(changed(recipes[name].settings, small as object), host(), { prepared: false });

const run = (training: Training, name: string, options: Settings = {}): Promise<Result> =>
  evaluations[name].run(training.evaluated(), { ...evaluations[name].defaults, ...options }, host());

const bytesOf = async (training: Training): Promise<unknown> =>
  Object.entries(await training.checkpoint()).map(([name, { data }]) => [name, [...data]]);

test("evaluations change nothing in a training: parameters, moments, buffer and step", async () => {
  const training = await open("jem/toy-tiny");
  const before = await bytesOf(training);
  const { numbers } = await run(training, "ood", { count: 20, batch: 20, refine: 1 });
  expect(Object.keys(numbers)).toHaveLength(7);
  await run(training, "robust", { count: 10, epsilon: "0.1", refine: "1", steps: 2, restarts: 1, copies: 2 });
  expect(await bytesOf(training)).toEqual(before);
  training.dispose();
});

test("a pure energy has no classes, and its log p(x) is minus its energy", async () => {
  const training = await open("anatomy/gmm-convergent-tiny");
  expect(training.evaluated().classifier).toBeNull();
  const { numbers } = await run(training, "ood", { count: 50, batch: 50, refine: 0 });
  expect(Object.keys(numbers)).toEqual(["auroc_logDensity_uniform", "auroc_typicality_uniform"]);
  await expect(run(training, "calibration")).rejects.toThrow("calibration: asks for a classifier");
  training.dispose();
});
