// ebm train --check-finite: the first NaN or infinity ends the run, and its origin is named.
import { expect, test } from "vitest";
import { recipes, systems } from "../../ebm/index.ts";
import "../engine/opened.ts";
import { smallSettings } from "../ebm/small.ts";
import { testWorld, type TestWorld } from "./world.ts";

const eventsOf = async (world: TestWorld): Promise<{ step: number; event: string; message?: string }[]> =>
  (await world.text("a/events.jsonl"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { step: number; event: string; message?: string });

const toy = "anatomy/gmm-nonconvergent-tiny";

/** A small training of a real recipe, with settings of its own. */
async function trained(...words: string[]): Promise<{ world: TestWorld; code: number; err: string }> {
  const recipe = { ...recipes[toy], settings: smallSettings(toy) };
  const world = await testWorld({ recipes: { [toy]: recipe }, systems });
  const { code, err } = await world.ebm("train", toy, "--run-dir", "a", "--quiet", "--steps", "8", ...words);
  return { world, code, err };
}

test("noise far too large: the update, the layer and the sampler step are named", async () => {
  const wild = ["sampler.noise=1e38", "sampler.steps=8", "objective.scaled=false"];
  const { world, code, err } = await trained("--check-finite", ...wild.flatMap((setting) => ["--set", setting]));
  expect(code).toBe(5);
  const [, message] = /^ebm: (update \d+: .*)$/m.exec(err) ?? [];
  // One step of such noise is still an f32, a few of them are not.
  expect(message).toMatch(
    /^update 1: ∇*walk\.\S+ is (-?Infinity|NaN) at \[\d+, \d+\] in iteration [1-7] of walk; from /,
  );
  const last = (await eventsOf(world)).at(-1);
  expect(last).toMatchObject({ step: 0, event: "failed", message });
});

test("a learning rate far too large: the layer that overflows at the next update, and the parameters it read", async () => {
  const { code, err } = await trained("--check-finite", "--set", "optimizer.lr=1e12");
  expect(code).toBe(5);
  expect(err).toMatch(
    /^ebm: update 2: loss\.\d\.matmul is \S+ at \[\d+, \d+\]; from .*argument 0\.parameters\.\d\.weight \[8, 8\]/m,
  );
});

test("a replay of the same run names the same place, whatever the checkpoints before it", async () => {
  const words = ["--check-finite", "--set", "optimizer.lr=1e12"];
  const errors = await Promise.all(
    ["0", "1"].map(async (often) => (await trained(...words, "--set", `log.checkpoint=${often}`)).err),
  );
  const message = (err: string) => /^ebm: (.*)$/m.exec(err)![1];
  expect(message(errors[0])).toBe(message(errors[1]));
});

test("a run of finite numbers ends in the same checkpoint with and without", async () => {
  const [plain, checked] = [await trained(), await trained("--check-finite")];
  const newest = "a/checkpoints/step-000008.safetensors";
  expect([plain.code, checked.code]).toEqual([0, 0]);
  expect(await checked.world.bytes(newest)).toEqual(await plain.world.bytes(newest));
});

test("what is finite op by op is said to be", async () => {
  const world = await testWorld();
  world.lossOf = (loss, step) => (step === 3 ? NaN : loss);
  const { code, err } = await world.ebm("train", "toy/gmm", "--run-dir", "a", "--check-finite");
  expect(code).toBe(5);
  expect(err).toContain("step 3: not all numbers are finite; looking for the first, op by op");
  expect(err).toContain("ebm: update 3: not finite when it runs as a plan, finite op by op");
});
