/** Chains without noise between starts, and towards images that were not trained on. */

import { expect, test } from "vitest";
import { device } from "../../engine/opened.ts";
import type { Training } from "../../../ebm/index.ts";
import type { Changes } from "../../../ebm/recipes/recipe.ts";
import type { ShortRunSettings } from "../../../ebm/systems/shortRun.ts";
import { openSmall, update } from "../small.ts";

async function opened<T>(
  recipe: string,
  changes: Changes<ShortRunSettings>,
  body: (training: Training) => Promise<T>,
): Promise<T> {
  const training = await openSmall(recipe, { ...changes, sampler: { noise: 0, ...changes.sampler } });
  await update(training, 1);
  try {
    return await body(training);
  } finally {
    training.dispose();
  }
}

test("interpolate() goes from where one start leads to where another does, the same for a seed", () =>
  opened("shortrun/mnist-tiny", { sampler: { steps: 3 } }, async (training) => {
    const explorer = training.explore();
    const options = { pairs: 2, points: 5, steps: null, seed: 4 };
    const { images, ...shape } = await explorer.interpolate(options);
    expect(shape).toEqual({ name: "interpolation", count: 10, channels: 1, height: 16, width: 16, columns: 5 });
    // The same starts: the first two are z₁ of the pairs, the others z₂.
    const { grids } = await training.sample({ count: 4, steps: null, seed: 4 });
    const image = (from: Float32Array, at: number) => [...from.subarray(at * 256, (at + 1) * 256)];
    [0, 5, 4, 9].forEach((at, start) =>
      image(images, at).forEach((pixel, i) => expect(pixel).toBeCloseTo(image(grids[0].images, start)[i], 5)),
    );
    expect((await explorer.interpolate(options)).images).toEqual(images);
    const still = await explorer.interpolate({ ...options, steps: 0 });
    const [first, middle, last] = [0, 2, 4].map((at) => image(still.images, at));
    middle.forEach((pixel, i) => expect(pixel).toBeCloseTo(Math.sqrt(0.75) * first[i] + 0.5 * last[i], 5));
    explorer.dispose();
  }));

test("reconstruct() brings the ends of chains nearer to the images with each iteration, and tells how near", () =>
  opened("shortrun/mnist-tiny", {}, async (training) => {
    const explorer = training.explore();
    const told: [number, number][] = [];
    const options = { count: 4, steps: 3, iterations: 6, rate: 0.2, seed: 1 };
    const { grid, error } = await explorer.reconstruct(options, (...said) => told.push(said));
    expect(told.map(([iteration]) => iteration)).toEqual([1, 2, 3, 4, 5, 6]);
    const errors = [...told.map(([, at]) => at), error];
    errors.slice(1).forEach((after, at) => expect(after).toBeLessThan(errors[at]));
    const { images, ...shape } = grid;
    expect(shape).toEqual({ name: "reconstruction", count: 8, channels: 1, height: 16, width: 16, columns: 4 });
    // Originals and reconstructions take turns; their distance is the error.
    const squares = Array.from({ length: 4 * 256 }, (_, i) => {
      const [item, pixel] = [Math.floor(i / 256), i % 256];
      return (images[512 * item + pixel] - images[512 * item + 256 + pixel]) ** 2;
    });
    expect(squares.reduce((sum, square) => sum + square, 0) / squares.length).toBeCloseTo(error, 5);
    explorer.dispose();
  }));

test("reconstruct() in the plane draws points, whose starts it finds, and gives back all that it held", () =>
  opened("anatomy/gmm-nonconvergent", {}, async (training) => {
    const explorer = training.explore();
    const options = { count: 3, steps: null, iterations: 120, rate: 0.05, seed: 1 };
    await explorer.reconstruct({ ...options, iterations: 1 }, () => undefined);
    const before = device.memory().live;
    const { grid, error } = await explorer.reconstruct(options, () => undefined);
    expect(device.memory().live).toBe(before);
    expect([grid.count, grid.channels]).toEqual([6, 2]);
    expect(error).toBeLessThan(1e-3);
    explorer.dispose();
  }));

test("interpolate() and reconstruct() refuse chains with noise, and those that remember more than positions", () =>
  opened("anatomy/gmm-nonconvergent", { sampler: { noise: 0.01 } }, async (noisy) => {
    const explorer = noisy.explore();
    const options = { count: 1, pairs: 1, points: 2, steps: null, iterations: 1, rate: 1, seed: 1 };
    await expect(explorer.interpolate(options)).rejects.toThrow(
      "interpolate: chains have no noise, got sampler.noise 0.01",
    );
    await expect(explorer.reconstruct(options, () => undefined)).rejects.toThrow("reconstruct: chains have no noise");
    explorer.dispose();
    await opened("anatomy/gmm-nonconvergent", { sampler: { kind: "adam" } }, async (adam) => {
      const explorer = adam.explore();
      expect((await explorer.interpolate(options)).count).toBe(2);
      await expect(explorer.reconstruct(options, () => undefined)).rejects.toThrow("got one with moments");
      explorer.dispose();
    });
  }));
