// Sweeps over grids and comparisons of runs: what differs, what diverged, and that one failing run stops no other.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { describe, expect, onTestFinished, test } from "vitest";
import { cellsOf, readAxis } from "../../cli/sweep/grid.ts";
import type { Fields } from "../../ebm/settings.ts";
import { testWorld, type TestWorld } from "./world.ts";

const fields: Fields = {
  seed: { kind: "integer", about: "seed", min: 0 },
  sampler: { steps: { kind: "integer", about: "steps", min: 1 }, noise: { kind: "number", about: "noise", min: 0 } },
  start: { kind: { kind: "choice", about: "start", values: ["data", "noise"] } },
};

/** A world whose runs with ten sampler steps diverge for good at step 4. */
async function faultyWorld(): Promise<TestWorld> {
  const world = await testWorld();
  world.lossOf = (loss, step, _recoveries, settings) => {
    const { steps } = settings.sampler as { steps: number };
    return steps === 10 && step >= 4 ? NaN : loss / steps;
  };
  return world;
}

const grid = ["--grid", "sampler.steps=10,20", "--grid", "seed=1,2"];
const names = ["steps=10,seed=1", "steps=10,seed=2", "steps=20,seed=1", "steps=20,seed=2"];

describe("a grid", () => {
  test("is every combination of its values, the last axis varying fastest", () => {
    const axes = [readAxis(fields, "sampler.steps=5,20"), readAxis(fields, "start.kind=data,noise")];
    expect(cellsOf(axes)).toEqual([
      { name: "steps=5,kind=data", set: ["sampler.steps=5", "start.kind=data"] },
      { name: "steps=5,kind=noise", set: ["sampler.steps=5", "start.kind=noise"] },
      { name: "steps=20,kind=data", set: ["sampler.steps=20", "start.kind=data"] },
      { name: "steps=20,kind=noise", set: ["sampler.steps=20", "start.kind=noise"] },
    ]);
  });

  test("joins by colons what changes together", () => {
    const axes = [readAxis(fields, "sampler.steps:sampler.noise=5:0.1,20:0"), readAxis(fields, "seed=1,2")];
    expect(cellsOf(axes)).toEqual([
      { name: "steps=5,noise=0.1,seed=1", set: ["sampler.steps=5", "sampler.noise=0.1", "seed=1"] },
      { name: "steps=5,noise=0.1,seed=2", set: ["sampler.steps=5", "sampler.noise=0.1", "seed=2"] },
      { name: "steps=20,noise=0,seed=1", set: ["sampler.steps=20", "sampler.noise=0", "seed=1"] },
      { name: "steps=20,noise=0,seed=2", set: ["sampler.steps=20", "sampler.noise=0", "seed=2"] },
    ]);
  });

  test.each([
    [
      "sampler.steps:seed=5:1,20",
      '--grid sampler.steps:seed=5:1,20: expected a value for each of sampler.steps, seed, joined by ":", got "20"',
    ],
    ["sampler.steps:seed=5:-1", '--grid seed=-1: "seed" is an integer of at least 0, got -1'],
    ["sampler.steps=5,0", '--grid sampler.steps=0: "sampler.steps" is an integer of at least 1, got 0'],
    ["sampler.stesp=5", 'did you mean "sampler.steps"?'],
    ["sampler.steps=", "--grid sampler.steps=: expected name=value,value …"],
    ["seed=1,2,1", "--grid seed=1,2,1: lists 1 twice"],
  ])("%s is refused: %s", (text, message) => {
    expect(() => readAxis(fields, text)).toThrow(message);
  });

  test("names a setting once", () => {
    const axis = readAxis(fields, "seed=1,2");
    const joined = readAxis(fields, "sampler.steps:seed=5:1,20:2");
    for (const other of [axis, joined])
      expect(() => cellsOf([axis, other])).toThrow("--grid seed: given twice; list all its values in one");
  });
});

describe("ebm sweep", () => {
  test("trains every cell, goes on after one that fails, and ends with a comparison", async () => {
    const world = await faultyWorld();
    const { code, out, err } = await world.ebm(
      "sweep",
      "toy/gmm",
      ...grid,
      "--steps",
      "12",
      "--out",
      "s",
      "--jobs",
      "2",
    );
    expect(code).toBe(5);
    expect(err).toBe("2 of 4 runs did not finish; continue with: ebm sweep --resume s\n");
    expect(out).toMatch(/steps=10,seed=1 {2}failed \(5\): step \d+: loss is NaN; given up after 3 recoveries/);
    expect(out).toMatch(/steps=20,seed=2 {2}finished/);
    for (const name of names) expect(await world.files()).toContain(`s/runs/${name}/metrics.jsonl`);
    const { document } = parseHTML(await world.text("s/report.html"));
    const cells = [...document.querySelectorAll("table.compared tr")].map((row) =>
      [...row.children].map((cell) => cell.textContent.trim()),
    );
    expect(cells[0].slice(0, 5)).toEqual(["run", "seed", "steps", "updates", "diverged"]);
    expect(cells.slice(1).map((row) => row[4])).toEqual(["at 7 (failed)", "at 7 (failed)", "no", "no"]);
    const captions = [...document.querySelectorAll("figure.chart figcaption")].map(({ textContent }) => textContent);
    expect(captions.slice(0, 2)).toEqual(["seed 1, steps 10", "seed 2, steps 10"]);
    expect((await world.text("s/table.csv")).split("\n")[0]).toBe(
      "run,seed,sampler.steps,updates,ending,diverged,recoveries,loss_mean,loss_sd,r_s_first,r_s_last,kl_true_model,kl_true_shortrun,seconds",
    );
  });

  test("that is resumed runs what has not finished, and nothing else", async () => {
    const world = await testWorld();
    let updates = 0;
    world.afterUpdate = () => {
      if (++updates === 9) world.interrupt();
    };
    expect((await world.ebm("sweep", "toy/gmm", ...grid, "--out", "s")).code).toBe(130);
    const finished = await world.text(`s/runs/${names[0]}/metrics.jsonl`);
    const { code, out } = await world.ebm("sweep", "--resume", "s");
    expect(code).toBe(0);
    expect(out).toContain(`${names[0]}  had finished before`);
    expect(updates).toBe(24);
    expect(await world.text(`s/runs/${names[0]}/metrics.jsonl`)).toBe(finished);
    await world.ebm("sweep", "toy/gmm", ...grid, "--out", "whole");
    for (const name of names)
      expect(await world.text(`s/runs/${name}/metrics.jsonl`)).toBe(
        await world.text(`whole/runs/${name}/metrics.jsonl`),
      );
  });

  test("on a full disk keeps what has finished, and with more room ends as if there had been no want of it", async ({
    skip,
  }) => {
    const { world, ebm, text, files } = await testWorld();
    const disk = join(world.cwd, "disk");
    const mounted = smallDisk(disk);
    if (!mounted) return skip("a disk of its own is for root to mount");
    const words = ["--grid", "seed=1,2,3,4", "--steps", "40"];
    const { code, out, err } = await ebm("sweep", "toy/gmm", ...words, "--out", "disk/s");
    expect(code).not.toBe(0);
    expect(out).toContain("seed=1  finished");
    expect(out + err).toMatch(/: no space left on device; what is finished is kept, and goes on with --resume/);
    const finished = await text("disk/s/runs/seed=1/metrics.jsonl");
    mounted.enlarge();
    expect((await ebm("sweep", "--resume", "disk/s")).code).toBe(0);
    await ebm("sweep", "toy/gmm", ...words, "--out", "whole");
    expect(await text("disk/s/runs/seed=1/metrics.jsonl")).toBe(finished);
    for (const seed of [1, 2, 3, 4])
      expect(await text(`disk/s/runs/seed=${seed}/metrics.jsonl`)).toBe(
        await text(`whole/runs/seed=${seed}/metrics.jsonl`),
      );
    expect((await files()).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("tries once more when the device is lost", async () => {
    let losses = 0;
    const world = await testWorld({
      runApart: () =>
        Promise.resolve(losses++ === 0 ? { code: 7, message: "the device was lost" } : { code: 0, message: "" }),
    });
    const { code, out } = await world.ebm("sweep", "toy/gmm", "--grid", "seed=1", "--out", "s");
    expect([code, losses, out.includes("seed=1  finished")]).toEqual([0, 2, true]);
  });

  test.each([
    [["sweep", "toy/gmm"], "sweep: no --grid given"],
    [["sweep"], "sweep: no recipe given"],
    [["sweep", "toy/gmm", "--grid", "seed=1", "--jobs", "0"], "--jobs 0: expected a whole number of at least 1"],
    [["sweep", "--resume", "nowhere"], "--resume nowhere: not the folder of a sweep, it has no sweep.json"],
    [
      ["sweep", "--resume", "nowhere", "--steps", "3"],
      "--resume nowhere: a sweep keeps its recipe, grid, settings and folder",
    ],
  ])("%j is refused: %s", async (words, message) => {
    const { ebm, files } = await testWorld();
    const { code, err } = await ebm(...words);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(await files()).toEqual([]);
  });
});

describe("ebm compare", () => {
  test("puts runs in a table by what their settings differ in, over the same updates", async () => {
    const world = await testWorld();
    await world.ebm("train", "toy/gmm", "--run-dir", "a", "--steps", "6");
    await world.ebm("train", "toy/gmm", "--run-dir", "b", "--steps", "12", "--set", "sampler.stepSize=0.25");
    const { code, out } = await world.ebm("compare", "a", "b", "--out", "both.html");
    const lines = out.split("\n").map((line) => line.split(/ {2,}/));
    expect(code).toBe(0);
    expect(lines[0].slice(0, 5)).toEqual(["run", "updates", "stepSize", "updates", "diverged"]);
    expect(lines[0][5]).toBe("loss, 4–6");
    expect(lines[1].slice(0, 5)).toEqual(["a", "6", "0.5", "6", "no"]);
    expect(lines[2].slice(0, 5)).toEqual(["b", "12", "0.25", "12", "no"]);
    const page = await world.text("both.html");
    expect(page).toContain("<h1>2 runs compared</h1>");
    expect(page).not.toMatch(/(src|href)="(?!data:)/);
  });

  test("a run that diverged early does not shorten the window", async () => {
    const world = await faultyWorld();
    await world.ebm("train", "toy/gmm", "--run-dir", "a", "--guard", "warn");
    await world.ebm("train", "toy/gmm", "--run-dir", "b", "--set", "sampler.steps=20", "--guard", "warn");
    const { out } = await world.ebm("compare", "a", "b", "--out", "both.csv");
    expect(out).toContain("loss, 4–6");
    const [heading, a] = (await world.text("both.csv")).split("\n").map((line) => line.split(","));
    expect([a[heading.indexOf("diverged")], a[heading.indexOf("loss_mean")]]).toEqual(["4", ""]);
  });

  test("a run beyond the guard's limit has diverged, even if nothing was done about it and its numbers are finite", async () => {
    const world = await testWorld();
    world.lossOf = (loss, step, _recoveries, settings) => (settings.seed === 1 && step >= 5 ? 2e8 : loss);
    for (const guard of ["off", "warn"])
      await world.ebm("train", "toy/gmm", "--run-dir", guard, "--seed", "1", "--guard", guard);
    await world.ebm("train", "toy/gmm", "--run-dir", "calm", "--seed", "2", "--guard", "off");
    await world.ebm("compare", "off", "warn", "calm", "--out", "all.csv");
    const [heading, ...rows] = (await world.text("all.csv")).split("\n").map((line) => line.split(","));
    expect(rows.slice(0, 3).map((row) => row[heading.indexOf("diverged")])).toEqual(["5", "5", ""]);
  });

  test("wants two runs, and a file it can write", async () => {
    const { ebm } = await testWorld();
    await ebm("train", "toy/gmm", "--run-dir", "a");
    expect((await ebm("compare", "a")).err).toContain("compare: expected two runs or more, got 1");
    expect((await ebm("compare", "a", "a", "--out", "x.png")).err).toContain(
      "--out x.png: expected a file that ends in",
    );
    expect((await ebm("compare", "a", "b")).err).toContain("b: no such run folder");
  });
});

/** Mounts a disk with room for one run and part of another, or gives null where that is not allowed. */
function smallDisk(path: string): { enlarge: () => void } | null {
  mkdirSync(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=600k", "tmpfs", path], { stdio: "ignore" });
  } catch {
    return null;
  }
  onTestFinished(async () => {
    execFileSync("umount", [path]);
    await rm(path, { recursive: true });
  });
  return { enlarge: () => execFileSync("mount", ["-o", "remount,size=20m", path]) };
}
