/** Evaluations that show: samples, ways to other classes, restorations. */

import { describe, expect, test } from "vitest";
import "../../engine/opened.ts";
import { evaluations, type Evaluated, type Result } from "../../../ebm/evaluation/index.ts";
import { labelledImages } from "../../../ebm/data/labelled.ts";
import { listed, type Settings } from "../../../ebm/settings.ts";
import { bowl, halves, halvesModel, host, linear, pointsOf } from "./models.ts";

const run = (name: string, model: Evaluated, options: Settings = {}): Promise<Result> =>
  evaluations[name].run(model, { ...evaluations[name].defaults, ...options }, host());

/** A bowl around grey images, all of byte 230: what there is to sample. */
const grey = 230 / 127.5 - 1;
const greys = labelledImages({ ...halves(16), images: new Uint8Array(256).fill(230), labels: null }, 4);
const greyBowl = (): Evaluated => bowl(grey, [1, 4, 4], greys);

describe("samples", () => {
  const small = { count: 4, shown: 2, top: 3, perClass: 2, steps: "1,3" };

  test("of a pure energy: a strip by steps whose energy falls, the end, and a film; no classes", async () => {
    const { grids, films, tables, numbers } = await run("samples", greyBowl(), small);
    expect(grids!.map(({ name, count, columns }) => [name, count, columns])).toEqual([
      ["strip", 2 * 3, 3],
      ["fresh", 4, undefined],
    ]);
    expect(films![0].frames).toHaveLength(4);
    const energies = tables![0].rows.map(([, energy]) => Number(energy));
    expect(energies[1]).toBeLessThan(energies[0]);
    expect(numbers.energy).toBeCloseTo(energies[2], 2);
    expect("confidence" in numbers).toBe(false);
  });

  test("of a classifier: the surest first, and a grid of classes that are those asked for", async () => {
    const { grids, numbers } = await run("samples", halvesModel({ pull: 1 }), { ...small, steps: "60" });
    expect(grids!.map(({ name }) => name)).toEqual(["strip", "fresh", "surest", "classes"]);
    expect(grids![3]).toMatchObject({ count: 4, columns: 2 });
    expect(numbers.class_agreement).toBe(1);
  });

  test("of points is refused", async () => {
    const points = pointsOf([[0, 0]], [0]);
    await expect(run("samples", bowl(0, [2], points))).rejects.toThrow(
      "samples: asks for images, and this model is of",
    );
  });
});

test("distal reaches its confidence from noise, and stops there", async () => {
  const { numbers, grids } = await run("distal", halvesModel(), { perClass: 3, steps: 60, stepSize: 0.2 });
  expect(numbers.reached).toBe(1);
  expect(numbers.confidence).toBeGreaterThanOrEqual(0.9);
  expect(numbers.confidence).toBeLessThan(0.97);
  expect(grids![0]).toMatchObject({ name: "distal", count: 6, columns: 3 });
});

test("counterfactual walks each image to the other class, and on through all classes", async () => {
  const { numbers, grids, tables } = await run("counterfactual", halvesModel({ pull: 1 }), {
    ...{ count: 4, steps: "20,60", stay: 30 },
  });
  expect(numbers.reached).toBe(1);
  expect(tables![0].rows[0].slice(0, 3)).toEqual([0, "0.000", "0.000"]);
  expect(grids!.map(({ name, count, columns }) => [name, count, columns])).toEqual([
    ["counterfactual", 12, 3],
    ["class-walk", 12, 3],
  ]);
});

describe("restorations", () => {
  test.each(["inpaint", "repair"])("%s finds pixels again, and keeps what is known", async (name) => {
    const { numbers, grids } = await run(name, greyBowl(), { count: 6, steps: 60, shown: 2 });
    expect(numbers.error_after).toBeLessThan(0.02);
    expect(numbers.error_before).toBeGreaterThan(0.3);
    expect(numbers.psnr_after).toBeGreaterThan(numbers.psnr_before);
    const { images, columns } = grids![0];
    expect(columns).toBe(2);
    const [original, damaged, restored] = [0, 2, 4].map((at) => images.subarray(16 * at, 16 * (at + 1)));
    damaged.forEach((pixel, i) => {
      if (pixel === original[i]) expect(restored[i]).toBe(pixel);
    });
  });

  test("denoise comes nearer, and with a large fidelity stays at what was seen", async () => {
    const free = await run("denoise", greyBowl(), { count: 6, steps: 40 });
    expect(free.numbers.error_after).toBeLessThan(0.1 * free.numbers.error_before);
    const bound = await run("denoise", greyBowl(), { count: 6, steps: 40, fidelity: 9 });
    expect(bound.numbers.error_after).toBeGreaterThan(0.6 * bound.numbers.error_before);
  });

  test("inpaint leaves out the part that is asked for", async () => {
    for (const [missing, share] of [
      ["bottom", 0.5],
      ["right", 0.5],
      ["middle", 0.25],
    ] as const) {
      const { grids } = await run("inpaint", greyBowl(), { count: 1, steps: 0, shown: 1, missing });
      const changed = Array.from(grids![0].images.subarray(16, 32)).filter((pixel) => Math.abs(pixel - grey) > 1e-6);
      expect(changed).toHaveLength(16 * share);
    }
  });

  test("of points are refused", async () => {
    const model = linear(
      [
        [1, 0],
        [0, 1],
      ],
      [2],
      pointsOf([[0, 0]], [0]),
    );
    await expect(run("repair", model)).rejects.toThrow("restore: asks for images, and this model is of points");
  });
});

test("every evaluation has a default for each option, a legal one", () => {
  for (const [name, { fields, defaults, about }] of Object.entries(evaluations)) {
    expect([name, Object.keys(defaults).sort()]).toEqual([name, Object.keys(fields).sort()]);
    expect(about.length).toBeGreaterThan(20);
  }
  expect(listed(evaluations.robust.defaults.refine as string)).toEqual(["0", "1", "10"]);
});
