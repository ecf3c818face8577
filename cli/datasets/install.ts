/** Brings a data set onto this machine: all of it, verified, or nothing. */

import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { Failure, reasonOf } from "../failure.ts";
import { syncFolder, writeAtomically } from "../run/atomic.ts";
import { lockRun } from "../run/lock.ts";
import type { DataSet, RemoteFile } from "./dataSet.ts";
import { download } from "./download.ts";
import { digestOf, inspect, sumsName } from "./inspect.ts";
import { unpack } from "./unpack.ts";

export interface InstallOptions {
  /** Aborted when a person wants to stop. */
  stop: AbortSignal;
  /** Told how far a file is, again and again. */
  show(file: RemoteFile, done: number): void;
  tell(line: string): void;
}

/**
 * The folder of the data set below `root`, with all of its files. What is there and right is not downloaded again; other
 * files in the folder stay. Downloads and unpacks beside it, and moves the result to its place when it is complete.
 * @throws Failure when a file cannot be had, an archive is damaged or the disk cannot be written; an AbortError when stopped
 */
export async function install(set: DataSet, root: string, options: InstallOptions): Promise<string> {
  const goal = join(root, set.folder);
  const downloads = join(root, ".downloads");
  await writing(downloads, () => mkdir(downloads, { recursive: true }));
  const release = await lockRun(downloads);
  try {
    const there = await inspect(set, goal);
    if (there.every(({ state, needed }) => state === "right" || !needed)) return goal;
    const wanted = set.files.filter(
      ({ name, archive }) => archive !== null || !there.some((file) => file.name === name && file.state === "right"),
    );
    for (const file of wanted)
      await download(file, join(downloads, file.sha256), { ...options, show: (done) => options.show(file, done) });
    const draft = `${goal}.draft`;
    await writing(goal, async () => {
      await rm(draft, { recursive: true, force: true });
      await mkdir(draft, { recursive: true });
      for (const file of wanted) await place(file, join(downloads, file.sha256), draft);
      await settle(set, draft, goal);
      for (const file of wanted) await rm(join(downloads, file.sha256), { force: true });
    });
    return goal;
  } finally {
    await release();
  }
}

/** Puts a download into the draft of a folder: as it is, or unpacked. */
async function place(file: RemoteFile, from: string, draft: string): Promise<void> {
  if (file.archive === null) await rename(from, join(draft, file.name));
  else await unpack(from, file.archive, draft);
}

/** Gives the draft its place in one step; into a folder that is there already, its files one by one. */
async function settle(set: DataSet, draft: string, goal: string): Promise<void> {
  const files = await filesBelow(draft);
  const sums = await Promise.all(
    [...files].sort().map(async (name) => `${await digestOf(join(draft, name))}  ${name.split(sep).join("/")}\n`),
  );
  // Members of archives have no other checksums than these.
  if (set.files.some(({ archive }) => archive !== null)) {
    await writeAtomically(join(draft, sumsName), sums.join(""));
    files.push(sumsName);
  }
  if ((await filesBelow(goal)).length === 0) {
    await rm(goal, { recursive: true, force: true });
    await rename(draft, goal);
  } else {
    for (const name of files) {
      await mkdir(dirname(join(goal, name)), { recursive: true });
      await rename(join(draft, name), join(goal, name));
    }
    await rm(draft, { recursive: true, force: true });
  }
  await syncFolder(dirname(goal));
}

/** The files below a folder by their relative names; none where there is no such folder. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** Work on files; what the system says about it becomes a sentence. */
async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure || !(error instanceof Error) || !("code" in error)) throw error;
    throw new Failure("usage", `${path}: cannot be written, ${reasonOf(error)}`, { cause: error });
  }
}
