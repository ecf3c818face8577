// Runs that diverge: warned about, brought back to a good checkpoint, or given up; and resumed to the same bytes.
import { expect, test } from "vitest";
import { testWorld, type TestWorld } from "./world.ts";

const run = ["train", "toy/gmm", "--set", "guard.settle=2", "--set", "log.checkpoint=0", "--quiet"];

/** Diverges at a step, unless it has recovered often enough. */
const divergesAt =
  (step: number, recoveries = 1) =>
  (loss: number, at: number, had: number): number =>
    at >= step && had < recoveries ? NaN : loss;

const eventsOf = async (world: TestWorld, folder: string): Promise<{ event: string; message?: string }[]> =>
  (await world.text(`${folder}/events.jsonl`))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string; message?: string });

test("a run that diverges goes back to a good checkpoint, goes on differently, and finishes", async () => {
  const world = await testWorld();
  world.lossOf = divergesAt(7);
  const { code, err } = await world.ebm(...run, "--steps", "14", "--run-dir", "a");
  expect(code).toBe(0);
  const recovered = (await eventsOf(world, "a")).filter(({ event }) => event === "recovered");
  expect(recovered.map(({ message }) => message)).toEqual([
    "step 10: loss is NaN; back to step 8 with other random numbers, the learning rate × 0.5, sampler steps × 1.5 (recovery 1 of 3)",
  ]);
  expect(err).toContain("step 10: loss is NaN; back to step 8");
  expect(err).toContain("step 7: loss is NaN; the update is left out");
  const steps = (await world.text("a/metrics.jsonl")).trim().split("\n");
  const losses = steps.map((line) => JSON.parse(line) as { step: number; loss?: number | string });
  // Every update has its numbers once, those of the second try.
  expect(losses.filter(({ loss }) => loss !== undefined).map(({ step }) => step)).toEqual(
    Array.from({ length: 14 }, (_, i) => i + 1),
  );
  expect(losses.filter(({ step }) => step > 8).every(({ loss }) => loss !== "NaN")).toBe(true);
});

test("a recovered run that is interrupted and resumed ends in the same bytes", async () => {
  const world = await testWorld();
  world.lossOf = divergesAt(7, 2);
  await world.ebm(...run, "--steps", "30", "--run-dir", "whole");
  for (const stop of [6, 8, 9, 11, 12, 15, 21]) {
    let stopped = false;
    world.afterUpdate = (step) => {
      if (step === stop && !stopped) world.interrupt();
      stopped ||= step === stop;
    };
    const folder = `stopped-${stop}`;
    expect((await world.ebm(...run, "--steps", "30", "--run-dir", folder)).code).toBe(130);
    expect((await world.ebm("train", "--resume", folder, "--quiet")).code).toBe(0);
    for (const file of ["metrics.jsonl", "checkpoints/step-000030.safetensors"])
      expect(await world.text(`${folder}/${file}`)).toBe(await world.text(`whole/${file}`));
  }
});

test("a run that goes on diverging is given up, with exit code 5 and advice", async () => {
  const world = await testWorld();
  world.lossOf = divergesAt(7, 99);
  const { code, err } = await world.ebm(...run, "--steps", "30", "--run-dir", "a");
  expect(code).toBe(5);
  expect(err).toMatch(/loss is NaN; given up after 3 recoveries; a smaller optimizer\.lr/);
  expect((await eventsOf(world, "a")).map(({ event }) => event).filter((event) => event === "recovered").length).toBe(
    3,
  );
});

test("--guard warn only says so, --guard off does not even that", async () => {
  const world = await testWorld();
  world.lossOf = divergesAt(7);
  const warned = await world.ebm(...run, "--steps", "14", "--guard", "warn", "--run-dir", "a");
  expect([warned.code, warned.err]).toEqual([0, "warning: step 7: loss is NaN\n"]);
  const off = await world.ebm(...run, "--steps", "14", "--guard", "off", "--run-dir", "b");
  expect(off).toEqual({ ...off, code: 0, err: "" });
  const wrong = await world.ebm(...run, "--guard", "maybe");
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("off")]);
});
