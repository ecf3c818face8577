// The lock of a run folder: one process at a time, and none that is gone.
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { lockRun } from "../../cli/run/lock.ts";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "ebm-test-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test("lockRun refuses a folder where a living process is at work, and names it", async () => {
  const path = await folder();
  await lockRun(path);
  await expect(lockRun(path, 0)).rejects.toThrow(`${path}: process ${process.pid} is at work there`);
});

test("lockRun waits for a process that is about to leave", async () => {
  const path = await folder();
  const release = await lockRun(path);
  const waiting = lockRun(path);
  await release();
  await (
    await waiting
  )();
  expect(await readdir(path)).toEqual([]);
});

test("lockRun takes the folder of a process that is gone", async () => {
  const path = await folder();
  const { pid } = spawnSync(process.execPath, ["--version"]);
  await writeFile(join(path, "lock"), String(pid));
  const release = await lockRun(path, 0);
  await release();
  expect(await readdir(path)).toEqual([]);
});

test.runIf(process.platform === "linux")(
  "lockRun takes the folder of a process that has ended, though its parent never asked how",
  async () => {
    const path = await folder();
    // The shell starts a child that ends at once, and becomes a program that does not look after it.
    const parent = spawn("sh", ["-c", "sh -c 'echo $$' & exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
    onTestFinished(() => void parent.kill("SIGKILL"));
    const [pid] = (await once(parent.stdout, "data")) as [Buffer];
    await writeFile(join(path, "lock"), String(pid).trim());
    const release = await lockRun(path, 5);
    await release();
    expect(await readdir(path)).toEqual([]);
  },
);
