// ebm train: what a run leaves behind, how it continues, and how every bad input ends, with a system that counts in memory.
import { cpSync } from "node:fs";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { System } from "../../ebm/training.ts";
import { NoAdapterError } from "../../engine/errors.ts";
import { testWorld, type TestWorld } from "./world.ts";

const newest = "checkpoints/step-000006.safetensors";

describe("train RECIPE", () => {
  test("leaves a whole run folder and names its report", async () => {
    const { ebm, files, text } = await testWorld();
    const { code, out, err } = await ebm("train", "toy/gmm");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("report: runs/toy-gmm-1-1/report.html");
    expect(await files()).toEqual(
      [
        "checkpoints/step-000002.safetensors",
        "checkpoints/step-000004.safetensors",
        "checkpoints/step-000006.safetensors",
        "config.json",
        "environment.json",
        "events.jsonl",
        "landscape/step-000003.json",
        "landscape/step-000003.png",
        "landscape/step-000006.json",
        "landscape/step-000006.png",
        "metrics.jsonl",
        "report.html",
        "samples/step-000003-shortrun.png",
        "samples/step-000006-shortrun.png",
        "summary.json",
      ].map((name) => `runs/toy-gmm-1-1/${name}`),
    );
    expect(JSON.parse(await text("runs/toy-gmm-1-1/summary.json"))).toMatchObject({
      step: 6,
      kl_true_model: 1 / 7,
      kl_true_shortrun: 0.1,
      loss: expect.any(Number) as number,
    });
    expect(JSON.parse(await text("runs/toy-gmm-1-1/config.json"))).toMatchObject({
      recipe: "toy/gmm",
      command: "ebm train toy/gmm",
      settings: { seed: 1, sampler: { steps: 10 } },
    });
    expect(JSON.parse(await text("runs/toy-gmm-1-1/environment.json"))).toMatchObject({
      adapter: "test adapter",
      software: true,
    });
  });

  test("has one row of numbers for each update, and the measures at each observation", async () => {
    const { ebm, text } = await testWorld();
    await ebm("train", "toy/gmm");
    const rows = (await text("runs/toy-gmm-1-1/metrics.jsonl"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(rows.filter((row) => "loss" in row)).toHaveLength(6);
    expect(rows.filter((row) => "kl_true_model" in row)).toEqual([
      { step: 3, kl_true_model: 1 / 4, kl_true_shortrun: 0.1 },
      { step: 6, kl_true_model: 1 / 7, kl_true_shortrun: 0.1 },
    ]);
  });

  test("takes the next free folder when it is run again", async () => {
    const { ebm, files } = await testWorld();
    await ebm("train", "toy/gmm", "--seed", "5");
    const { out } = await ebm("train", "toy/gmm", "--seed", "5");
    expect(out).toContain("runs/toy-gmm-5-2/report.html");
    expect((await files()).filter((file) => file.endsWith("config.json"))).toHaveLength(2);
  });

  test("gives the same checkpoint again when it is trained from its own config.json", async () => {
    const { ebm, bytes } = await testWorld();
    await ebm("train", "toy/gmm", "--set", "sampler.stepSize=0.25", "--run-dir", "a");
    expect((await ebm("train", "a/config.json", "--run-dir", "b")).code).toBe(0);
    expect(await bytes(`b/${newest}`)).toEqual(await bytes(`a/${newest}`));
  });

  test("keeps the three newest checkpoints", async () => {
    const { ebm, files } = await testWorld();
    await ebm("train", "toy/gmm", "--steps", "12", "--run-dir", "a");
    expect((await files()).filter((file) => file.includes("checkpoints/"))).toEqual(
      ["000008", "000010", "000012"].map((step) => `a/checkpoints/step-${step}.safetensors`),
    );
  });

  test("writes lines without control characters to a pipe, and nothing with --quiet but the end", async () => {
    const { ebm } = await testWorld();
    const { out } = await ebm("train", "toy/gmm");
    expect(out).toMatch(
      /^toy\/gmm on test adapter.*\n1\/6 {2}loss .*\n6\/6 .*loss .* d_s .* r_s .*\ndone, 6 updates\n/,
    );
    expect((await ebm("train", "toy/gmm", "--quiet")).out).toMatch(/^done, 6 updates\n/);
  });

  test("warns once when a number is not finite, and writes it as a string", async () => {
    const world = await testWorld();
    const { counting } = world.world.systems;
    const broken = { ...world.world.systems, counting: breakLoss(counting) };
    const { ebm, text } = await testWorld({ systems: broken });
    const { code, err } = await ebm("train", "toy/gmm", "--guard", "warn", "--run-dir", "a");
    expect({ code, err }).toEqual({ code: 0, err: "warning: step 1: loss is NaN\n" });
    expect(await text("a/metrics.jsonl")).toMatch(/^{"step":1,"loss":"NaN"/);
    expect(await text("a/summary.json")).toContain('"loss": "NaN"');
  });
});

describe("train --resume", () => {
  test("ends with the checkpoint of a run in one go, byte for byte", async () => {
    const { ebm, bytes, text } = await testWorld();
    await ebm("train", "toy/gmm", "--run-dir", "whole");
    await ebm("train", "toy/gmm", "--run-dir", "parts", "--steps", "3");
    const { code, err } = await ebm("train", "--resume", "parts", "--steps", "6");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(await bytes(`parts/${newest}`)).toEqual(await bytes(`whole/${newest}`));
    expect(await text("parts/metrics.jsonl")).toBe(await text("whole/metrics.jsonl"));
  });

  test("ends with the same checkpoint from whatever a killed process leaves after any update", async () => {
    const world = await testWorld();
    const { ebm, bytes } = world;
    const at = (name: string): string => join(world.world.cwd, name);
    world.afterUpdate = (step) => cpSync(at("whole"), at(`killed-${step}`), { recursive: true });
    await ebm("train", "toy/gmm", "--run-dir", "whole");
    world.afterUpdate = () => undefined;
    for (let step = 1; step <= 6; step++) {
      await writeFile(at(`killed-${step}/metrics.jsonl`), '{"step":1,"lo', { flag: "a" });
      await writeFile(at(`killed-${step}/checkpoints/step-000099.safetensors.draft`), "half");
      expect((await ebm("train", "--resume", `killed-${step}`)).code).toBe(0);
      expect(await bytes(`killed-${step}/${newest}`)).toEqual(await bytes(`whole/${newest}`));
    }
  });

  test("continues an interrupted run, which exits 130 with its checkpoint and the command to go on", async () => {
    const world = await testWorld();
    await world.ebm("train", "toy/gmm", "--run-dir", "whole");
    world.afterUpdate = (step) => step === 5 && world.interrupt();
    const { code, out } = await world.ebm("train", "toy/gmm", "--run-dir", "a");
    expect(code).toBe(130);
    expect(out).toContain("stopped at step 5, saved; continue with: ebm train --resume a");
    expect(await world.files()).toContain("a/checkpoints/step-000005.safetensors");
    expect((await world.ebm("train", "--resume", "a")).code).toBe(0);
    expect(await world.bytes(`a/${newest}`)).toEqual(await world.bytes(`whole/${newest}`));
  });

  test("says that the newest checkpoint is damaged and takes the one before", async () => {
    const world = await testWorld();
    const { ebm, bytes, text } = world;
    await ebm("train", "toy/gmm", "--run-dir", "a");
    const whole = await bytes(`a/${newest}`);
    const damaged = whole.slice();
    damaged[damaged.length - 1] ^= 1;
    await writeFile(join(world.world.cwd, "a", newest), damaged);
    const { code, err } = await ebm("train", "--resume", "a");
    expect(code).toBe(0);
    expect(err).toMatch(
      /^warning: .*step-000006.safetensors: the arrays are damaged, their digest differs; taking the one before\n$/,
    );
    expect(await text("a/events.jsonl")).toContain('"event":"warning"');
    expect(await bytes(`a/${newest}`)).toEqual(whole);
  });

  test("starts again, and says so, when there is no checkpoint yet", async () => {
    const world = await testWorld();
    world.afterUpdate = (step) => {
      if (step === 2) throw new Error("power cut");
    };
    expect((await world.ebm("train", "toy/gmm", "--run-dir", "a")).code).toBe(1);
    world.afterUpdate = () => undefined;
    const { code, err } = await world.ebm("train", "--resume", "a");
    expect({ code, err }).toEqual({ code: 0, err: "warning: a has no checkpoint yet; it starts again at step 0\n" });
  });

  test("says when the adapter is another one", async () => {
    const world = await testWorld();
    await world.ebm("train", "toy/gmm", "--run-dir", "a", "--steps", "3");
    const facts = await world.world.openDevice();
    const other = await testWorld({
      cwd: world.world.cwd,
      openDevice: () => Promise.resolve({ ...facts, name: "other" }),
    });
    const { err } = await other.ebm("train", "--resume", "a", "--steps", "6");
    expect(err).toBe("warning: numbers may differ in their last bits: adapter: other, before test adapter\n");
  });
});

describe("bad input ends in one line, a code that is not 0, and no trace on disk", () => {
  const cases: [string, string[], number, string][] = [
    ["an unknown recipe", ["toy/gmn"], 2, 'no recipe "toy/gmn"; did you mean "toy/gmm"?'],
    ["no recipe", [], 2, 'train: no recipe given; "ebm recipes" lists them'],
    [
      "an unknown key",
      ["toy/gmm", "--set", "sampler.stesp=60"],
      2,
      '--set sampler.stesp=60: no option "sampler.stesp"; did you mean "sampler.steps"?',
    ],
    [
      "a wrong type",
      ["toy/gmm", "--set", "sampler.steps=many"],
      2,
      '--set sampler.steps=many: "sampler.steps" is an integer of at least 1, got "many"',
    ],
    ["a value out of range", ["toy/gmm", "--steps", "0"], 2, '--steps 0: "updates" is an integer of at least 1, got 0'],
    ["an unknown option", ["toy/gmm", "--sedd", "1"], 2, "unknown option '--sedd'"],
    ["a missing file", ["my.jsonc"], 2, "my.jsonc: cannot be read, no such file or directory"],
    ["missing data", ["toy/mnist"], 4, "data set file missing, expected"],
    ["a run folder below a file", ["toy/gmm", "--run-dir", "file/run"], 2, "--run-dir file/run: cannot be made, "],
    [
      "a run folder that exists",
      ["toy/gmm", "--run-dir", "folder"],
      2,
      "--run-dir folder: exists already; choose another, or continue it with --resume folder",
    ],
    ["a folder to resume that is missing", ["--resume", "nowhere"], 2, "nowhere: no such run folder"],
    ["a folder to resume that is no run", ["--resume", "folder"], 2, "folder: not a run folder, it has no config.json"],
  ];
  test.each(cases)("%s", async (_what, words, code, message) => {
    const { ebm, files, world } = await testWorld();
    await mkdir(join(world.cwd, "folder"));
    await writeFile(join(world.cwd, "file"), "");
    const result = await ebm("train", ...words);
    expect(result).toMatchObject({ code, out: "" });
    expect(result.err).toContain(message);
    expect(result.err.trim().split("\n").length).toBeLessThanOrEqual(result.err.includes("Did you mean") ? 2 : 1);
    expect(await files()).toEqual(["file"]);
  });

  test("no adapter", async () => {
    const message = "requestAdapter: no WebGPU adapter; install mesa-vulkan-drivers";
    const { ebm, files } = await testWorld({ openDevice: () => Promise.reject(new NoAdapterError(message)) });
    expect(await ebm("train", "toy/gmm")).toEqual({ code: 3, out: "", err: `ebm: ${message}\n` });
    expect(await files()).toEqual([]);
  });

  test("a truncated idx file", async () => {
    const { ebm, files, world } = await testWorld();
    await mkdir(join(world.cwd, "data/mnist"), { recursive: true });
    const path = join(world.cwd, "data/mnist/train-images-idx3-ubyte");
    await writeFile(path, Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 4, 1, 2, 3));
    await writeFile(path.replace("images-idx3", "labels-idx1"), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 1, 2));
    const { code, err } = await ebm("train", "toy/mnist", "--data", "data");
    expect({ code, err }).toEqual({
      code: 4,
      err: `ebm: ${path} [2, 4, 4]: idx file is truncated, expected 48 bytes, got 19\n`,
    });
    expect((await files()).filter((file) => !file.startsWith("data/"))).toEqual([]);
  });

  const resumes: [string, (world: TestWorld) => Promise<unknown>, string[], number, string][] = [
    ["only damaged checkpoints", damage, [], 4, "no checkpoint of the run can be read"],
    ["the checkpoint of another recipe", foreign, [], 4, "belongs to another run, recipe toy/rings, expected toy/gmm"],
    ["another recipe", nothing, ["toy/rings"], 2, "--resume a: the run's recipe is toy/gmm, got toy/rings"],
    [
      "another setting",
      nothing,
      ["--set", "sampler.steps=9"],
      2,
      "a run keeps its settings, but for updates and log; sampler.steps is 10, got 9",
    ],
    ["fewer updates than are done", nothing, ["--steps", "3"], 2, "the run has done 6 updates, got --steps 3"],
    ["a run folder too", nothing, ["--run-dir", "b"], 2, "--run-dir: a resumed run stays in its folder"],
  ];
  test.each(resumes)("resuming with %s", async (_what, spoil, words, code, message) => {
    const world = await testWorld();
    await world.ebm("train", "toy/gmm", "--run-dir", "a");
    await spoil(world);
    const before = await snapshot(world);
    const { err, ...result } = await world.ebm("train", "--resume", "a", ...words);
    expect(result).toEqual({ code, out: "" });
    expect(err).toContain(message);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(await snapshot(world)).toEqual(before);
  });
});

const nothing = (): Promise<void> => Promise.resolve();

async function damage({ world, files }: TestWorld): Promise<void> {
  const checkpoints = (await files()).filter((file) => file.endsWith(".safetensors"));
  for (const file of checkpoints) await writeFile(join(world.cwd, file), "not a checkpoint");
}

async function foreign({ world, ebm }: TestWorld): Promise<void> {
  await ebm("train", "toy/rings", "--run-dir", "b");
  await cp(join(world.cwd, "b", newest), join(world.cwd, "a", newest));
  await rm(join(world.cwd, "b"), { recursive: true });
}

async function snapshot({ files, bytes }: TestWorld): Promise<[string, Uint8Array][]> {
  return Promise.all((await files()).map(async (file): Promise<[string, Uint8Array]> => [file, await bytes(file)]));
}

/** The same system, whose losses are not numbers. */
const breakLoss = (system: System): System => ({
  ...system,
  async open(settings, context) {
    const training = await system.open(settings, context);
    const metrics = training.metrics.bind(training);
    training.metrics = async () => (await metrics()).map((row) => ({ ...row, loss: NaN }));
    return training;
  },
});
