// The built command in processes of its own: killed, stopped and started again, it ends as if nothing had happened.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { built } from "../built.ts";

const folder = mkdtempSync(join(tmpdir(), "ebm-process-"));
afterAll(() => rmSync(folder, { recursive: true }));

const small = [
  "sampler.steps=4",
  "batch=16",
  "landscape.samples=64",
  "landscape.resolution=12",
  "log.observe=20",
  "log.checkpoint=7",
];
const settings = ["--steps", "60", ...small.flatMap((text) => ["--set", text])];
const last = "checkpoints/step-000060.safetensors";

/** `ebm WORDS…`, which writes to nowhere. */
function ebm(...words: string[]): ChildProcess {
  return spawn(process.execPath, [resolve("dist/cli/main.js"), ...words], { cwd: folder, stdio: "ignore" });
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}

/** Waits until the run has this many checkpoints. */
async function checkpoints(run: string, count: number): Promise<void> {
  for (;;) {
    const names = await readdir(join(folder, run, "checkpoints")).catch(() => []);
    if (names.filter((name) => name.endsWith(".safetensors")).length >= count) return;
    await sleep(5);
  }
}

const read = (run: string, file: string): Promise<Buffer> => readFile(join(folder, run, file));
const train = (run: string): ChildProcess =>
  ebm("train", "anatomy/gmm-nonconvergent-tiny", "--run-dir", run, ...settings);

beforeAll(async () => {
  await built();
  expect(await exitCode(train("whole"))).toBe(0);
});

test("a run killed after a checkpoint, and again after three, resumes to the same bytes", async () => {
  const resume = (): ChildProcess => ebm("train", "--resume", "killed");
  async function killAfter(count: number, child: ChildProcess): Promise<void> {
    await checkpoints("killed", count);
    await sleep(Math.random() * 100);
    child.kill("SIGKILL");
    await exitCode(child);
  }
  await killAfter(1, train("killed"));
  await killAfter(3, resume());
  expect(await exitCode(resume())).toBe(0);
  expect((await read("killed", last)).equals(await read("whole", last))).toBe(true);
  expect(await read("killed", "summary.json")).toEqual(await read("whole", "summary.json"));
});

test("a run stopped by SIGTERM saves, exits 130, and resumes to the same bytes", async () => {
  const child = train("stopped");
  await checkpoints("stopped", 1);
  child.kill("SIGTERM");
  expect(await exitCode(child)).toBe(130);
  expect(await exitCode(ebm("train", "--resume", "stopped"))).toBe(0);
  expect((await read("stopped", last)).equals(await read("whole", last))).toBe(true);
});

test("a sweep that is killed keeps what has finished, and resumes the rest to the same bytes", async () => {
  const grid = ["--grid", "seed=1,123", "--out", "swept"];
  const child = ebm("sweep", "anatomy/gmm-nonconvergent-tiny", ...grid, ...settings);
  const [done, begun] = ["seed=1", "seed=123"].map((name) => join("swept", "runs", name));
  await checkpoints(begun, 1);
  const finished = await read(done, last);
  child.kill("SIGKILL");
  await exitCode(child);
  expect(await exitCode(ebm("sweep", "--resume", "swept"))).toBe(0);
  expect((await read(done, last)).equals(finished)).toBe(true);
  expect((await read(begun, last)).equals(await read("whole", last))).toBe(true);
  expect(await read(begun, "summary.json")).toEqual(await read("whole", "summary.json"));
});

test.skipIf(process.platform === "win32")("what was built runs by itself, as npx and a shell start it", async () => {
  const child = spawn(resolve("dist/cli/main.js"), ["--version"], { stdio: "ignore" });
  expect(await exitCode(child)).toBe(0);
});

test("bad input exits 2 before anything is made", async () => {
  expect(await exitCode(ebm("train", "anatomy/gmm-convergent", "--set", "sampler.stesp=60"))).toBe(2);
  expect(await readdir(folder)).not.toContain("runs");
});

test("a training whose output nobody reads any more saves what it has and leaves quietly", async () => {
  const words = ["train", "anatomy/gmm-nonconvergent-tiny", "--run-dir", "unread", ...settings];
  const child = spawn(process.execPath, [resolve("dist/cli/main.js"), ...words], { cwd: folder, stdio: "pipe" });
  let complaints = "";
  child.stderr.on("data", (text) => (complaints += String(text)));
  await once(child.stdout, "data");
  child.stdout.destroy();
  expect([0, 130]).toContain(await exitCode(child));
  expect(complaints).not.toContain("EPIPE");
  const saved = await readdir(join(folder, "unread", "checkpoints"));
  expect(saved.some((name) => name.endsWith(".safetensors"))).toBe(true);
});
