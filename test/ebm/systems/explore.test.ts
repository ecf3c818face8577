/** Looking at a model while it learns. */

import { expect, test } from "vitest";
import "../../engine/opened.ts";
import { recipes, systems, type Training } from "../../../ebm/index.ts";
import { gridOf } from "../../../ebm/measures/landscape.ts";
import { changed } from "../../../ebm/recipes/recipe.ts";

const small = changed(recipes["anatomy/gmm-convergent"].settings, {
  ...{ batch: 8, net: { width: 4 }, sampler: { steps: 3 }, start: { size: 50 } },
  landscape: { resolution: 9, samples: 20 },
});

const open = (settings = small): Promise<Training> =>
  systems.shortRun.open(settings, { data: () => Promise.reject(new Error("toys need no files")) });

test("a training opened unprepared can be explored while it compiles, and then learns as any other", async () => {
  const [early, ready] = [
    await systems.shortRun.open(
      small,
      { data: () => Promise.reject(new Error("toys need no files")) },
      { prepared: false },
    ),
    await open(),
  ];
  const explorer = early.explore();
  const preparing = early.prepare();
  expect((await explorer.energies(Float32Array.of(0, 0))).every(Number.isFinite)).toBe(true);
  await preparing;
  for (const training of [early, ready]) await training.update();
  expect(await bytesOf(early)).toEqual(await bytesOf(ready));
  explorer.dispose();
  for (const training of [early, ready]) training.dispose();
});

const bytesOf = async (training: Training): Promise<unknown> =>
  Object.entries(await training.checkpoint()).map(([name, { data }]) => [name, [...data]]);

test("explore() changes nothing in the training that it looks at", async () => {
  const [watched, alone] = [await open(), await open()];
  const explorer = watched.explore();
  const chains = explorer.chains({ count: 6, stride: 2, seed: 1 });
  for (let update = 0; update < 3; update++) {
    await Promise.all([watched.update(), alone.update()]);
    await explorer.energies(Float32Array.of(0, 0, 1, 1));
    chains.walk();
    chains.restart();
  }
  expect(await bytesOf(watched)).toEqual(await bytesOf(alone));
  chains.dispose();
  explorer.dispose();
  watched.dispose();
  alone.dispose();
});

test("energies(grid) are minus the log-density that observe() finds there, up to a constant", async () => {
  const training = await open();
  await training.update();
  const explorer = training.explore();
  const model = (await training.observe()).landscapes.find(({ name }) => name === "model")!;
  const energies = await explorer.energies(gridOf(model.extent, model.resolution));
  const sums = [...energies].map((energy, at) => energy + Math.log(model.density[at]));
  expect(energies).toHaveLength(81);
  for (const sum of sums) expect(sum).toBeCloseTo(sums[0], 9);
  explorer.dispose();
  training.dispose();
});

test("chains count their steps, move at every stride, and start elsewhere after a restart", async () => {
  const training = await open();
  const explorer = training.explore();
  const chains = explorer.chains({ count: 6, stride: 2, seed: 1 });
  const first = await chains.positions();
  expect([first.length, chains.steps]).toEqual([12, 0]);
  chains.walk();
  chains.walk();
  const moved = await chains.positions();
  expect(chains.steps).toBe(4);
  chains.restart();
  const again = await chains.positions();
  expect(chains.steps).toBe(0);
  for (const other of [moved, again]) expect([...other]).not.toEqual([...first]);
  const twin = explorer.chains({ count: 6, stride: 2, seed: 1 });
  expect([...(await twin.positions())]).toEqual([...first]);
  for (const each of [chains, twin]) each.dispose();
  explorer.dispose();
  training.dispose();
});

test("moves() tell where rejected steps would have led, and are null where no sampler chooses", async () => {
  const plain = await open();
  const langevin = plain.explore();
  const free = langevin.chains({ count: 6, stride: 2, seed: 1 });
  free.walk();
  expect(await free.moves()).toBe(null);
  free.dispose();
  langevin.dispose();
  plain.dispose();

  const training = await open(changed(small, { sampler: { kind: "mala", stepSize: 20, noise: 1 } }));
  const explorer = training.explore();
  const chains = explorer.chains({ count: 40, stride: 1, seed: 1 });
  expect(await chains.moves()).toBe(null);
  const before = await chains.positions();
  chains.walk();
  const [after, moves] = [await chains.positions(), (await chains.moves())!];
  // After one step a chain is where it was, or where it was to go.
  let rejected = 0;
  for (let i = 0; i < after.length; i += 2) {
    const stood = after[i] === before[i] && after[i + 1] === before[i + 1];
    if (stood) rejected++;
    else expect([after[i], after[i + 1]]).toEqual([moves.proposed[i], moves.proposed[i + 1]]);
  }
  expect(rejected).toBeGreaterThan(0);
  expect(moves.acceptance).toBeGreaterThan(0);
  expect(moves.acceptance).toBeLessThan(1);
  chains.dispose();
  explorer.dispose();
  training.dispose();
});

test("chains keep their velocities from stride to stride: from rest, three steps of a fall go nine times as far as one", async () => {
  const falling = { kind: "kinetic", stepSize: 1e-3, noise: 1e-9, friction: 1e-6 };
  const training = await open(changed(small, { sampler: falling }));
  const explorer = training.explore();
  const chains = explorer.chains({ count: 6, stride: 1, seed: 1 });
  const places = [await chains.positions()];
  for (let step = 0; step < 3; step++) {
    chains.walk();
    places.push(await chains.positions());
  }
  const fallen = (step: number) => Math.hypot(...places[step].map((x, i) => x - places[0][i]));
  expect(fallen(1)).toBeGreaterThan(0);
  expect(fallen(3) / fallen(1)).toBeCloseTo(9, 0);
  chains.dispose();
  explorer.dispose();
  training.dispose();
});
