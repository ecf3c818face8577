// engine.storage: recorded with a run, kept when it is resumed, and refused before anything is written where the adapter has no f16.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { recipes, systems } from "../../ebm/index.ts";
import { shaping } from "../../cli/run/checkpoints.ts";
import type { Settings } from "../../ebm/settings.ts";
import { safetensors } from "../../nn/index.ts";
import { smallSettings } from "../ebm/small.ts";
import { device } from "../engine/opened.ts";
import { testWorld, type TestWorld } from "./world.ts";

const name = "study/rectangles-tiny";

/** A world with a small training of rectangles. */
const small = (): Promise<TestWorld> =>
  testWorld({ recipes: { [name]: { ...recipes[name], settings: smallSettings(name) } }, systems });

const newest = "a/checkpoints/step-000002.safetensors";
const asked = ["train", name, "--run-dir", "a", "--quiet", "--steps", "2", "--set", "engine.storage=f16"];

test("an adapter without shader-f16 refuses it with code 2, and leaves no folder behind", async () => {
  const { ebm, files } = await small();
  const able = vi.spyOn(device, "hasHalves", "get").mockReturnValue(false);
  const { code, err } = await ebm(...asked);
  able.mockRestore();
  expect(code).toBe(2);
  expect(err).toMatch(
    /^ebm: engine\.storage: f16 needs the WebGPU feature shader-f16, which this adapter does not have \(.+\); choose f32\n$/,
  );
  expect(await files()).toEqual([]);
});

const configOf = async (world: TestWorld) =>
  JSON.parse(await world.text("a/config.json")) as { settings: Record<string, unknown> };

test("an adapter without it explains a plan in f16, and cannot time it", async () => {
  const { ebm } = await small();
  const able = vi.spyOn(device, "hasHalves", "get").mockReturnValue(false);
  const words = ["explain", name, "--set", "engine.storage=f16"];
  expect((await ebm(...words, "--no-calibration")).out).toContain("activations kept in f16; with engine.storage=f32 ");
  const { code, err } = await ebm(...words);
  able.mockRestore();
  expect(code).toBe(2);
  expect(err).toContain('storage "f16" needs the WebGPU feature shader-f16');
});

test("a run records it, and is resumed with it alone", async () => {
  const world = await small();
  // SwiftShader has no f16; what is recorded there is the other way.
  const [storage, other] = device.hasHalves ? ["f16", "f32"] : ["f32", "f16"];
  expect(await world.ebm(...asked.slice(0, -1), `engine.storage=${storage}`)).toMatchObject({ code: 0 });
  expect((await configOf(world)).settings.engine).toEqual({ storage });
  const { code, err } = await world.ebm("train", "--resume", "a", "--set", `engine.storage=${other}`);
  expect(code).toBe(2);
  expect(err).toContain(`engine.storage is ${storage}, got ${other}`);
  expect(await world.ebm("train", "--resume", "a", "--quiet", "--steps", "3")).toMatchObject({ code: 0 });
});

test("a run from before there was a choice goes on in f32, from its checkpoints as they are", async () => {
  const world = await small();
  expect(await world.ebm(...asked.slice(0, -2))).toMatchObject({ code: 0 });
  const config = await configOf(world);
  const { engine: _engine, ...older } = config.settings;
  await writeFile(join(world.world.cwd, "a/config.json"), JSON.stringify({ ...config, settings: older }));
  const checkpoint = safetensors.decode(await readFile(join(world.world.cwd, newest)));
  expect(checkpoint.metadata.settings).toBe(JSON.stringify(shaping(older as Settings)));
  expect(await world.ebm("train", "--resume", "a", "--quiet", "--steps", "3")).toMatchObject({ code: 0 });
  expect((await configOf(world)).settings.engine).toEqual({ storage: "f32" });
});
