/** #host in Node: the disk. */

import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile as read, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { setImmediate as immediate } from "node:timers/promises";
import { codeOf, Failure, reasonOf, writing } from "../failure.ts";
import { syncFolder, writeAtomically } from "../run/atomic.ts";
import type { Host } from "./host.ts";

export { writeAtomically };

export async function readFile(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await read(path);
  } catch (error) {
    return missing(error, null);
  }
}

export async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    return missing(error, []);
  }
}

export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll("\\", "/")).sort();
}

export async function append(path: string, text: string): Promise<void> {
  const file = await open(path, "a");
  try {
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    throw writing(path, error);
  } finally {
    await file.close();
  }
}

export const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

export async function makeFolder(
  path: string,
  folders: readonly string[],
  files: ReadonlyMap<string, string | Uint8Array>,
): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const draft = join(dirname(path), `.run-${randomUUID()}`);
    try {
      await mkdir(draft);
      for (const folder of [...folders, ...[...files.keys()].map((name) => dirname(name))])
        await mkdir(join(draft, folder), { recursive: true });
      for (const [name, contents] of files) await writeAtomically(join(draft, name), contents);
      if (await exists(path)) throw new Failure("usage", `run folder ${path}: was made by someone else meanwhile`);
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      throw error;
    }
    await syncFolder(dirname(path));
  } catch (error) {
    throw error instanceof Failure
      ? error
      : new Failure("usage", `run folder ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

export const absolute = (from: string, path: string): string => resolve(from, path);

export function sha256(pieces: Iterable<string | Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return Promise.resolve(hash.digest("hex"));
}

/** A resolved promise alone would never let a signal in. */
export const breathe = (): Promise<void> => immediate();

export function packageVersion(): string {
  const { version } = createRequire(import.meta.url)("webgpu-ebm/package.json") as { version: string };
  return version;
}

export const system = (): string => `${process.platform} ${process.arch}`;

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

function missing<T>(error: unknown, instead: T): T {
  if (codeOf(error) === "ENOENT") return instead;
  throw error;
}

/** Nothing that a host owes is missing. */
const _host: Host = {
  ...{ readFile, exists, list, filesIn, writeAtomically, append, remove, makeFolder },
  ...{ absolute, sha256, breathe, packageVersion, system },
};
