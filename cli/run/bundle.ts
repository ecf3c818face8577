/** A run as one file: a tar archive of its folder, which `ebm import` and the app take and give. */

import { filesIn, makeFolder, readFile, remove } from "#host";
import { packTar, unpackTar } from "modern-tar";
import type { Catalogue } from "../config/resolve.ts";
import { Failure } from "../failure.ts";
import { draftSuffix } from "../host/host.ts";
import { openRun, runFolders, type OpenedRun } from "./folder.ts";

/** Files by their paths in a run folder, `checkpoints/step-000040.safetensors`. */
export type RunFiles = ReadonlyMap<string, Uint8Array>;

/** What a path in a run folder may be: a file, or a file in a folder. */
const legal = /^(\w[\w-]*\/)?\w[\w.-]*$/;

/** The archive of the run in a folder, under a name; the same files give the same bytes. */
export async function bundleOf(folder: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const paths = (await filesIn(folder)).filter((path) => path !== "lock" && !path.endsWith(draftSuffix));
  const entries = paths.map(async (path) => {
    const body = (await readFile(`${folder}/${path}`))!;
    // Neither clock nor user: nothing but what the run is.
    return { header: { name: `${name}/${path}`, size: body.length, mtime: new Date(0), mode: 0o644 }, body };
  });
  return packTar(await Promise.all(entries));
}

/** A run that came from elsewhere: what its folder was called, and what was in it. */
export interface Brought {
  name: string;
  files: RunFiles;
}

/** The run in an archive, which messages call `source`. Throws a Failure for what holds none. */
export async function unbundle(archive: Uint8Array, source: string): Promise<Brought> {
  try {
    const entries = (await unpackTar(archive)).filter(({ header: { type } }) => type === undefined || type === "file");
    return runAmong(new Map(entries.map(({ header, data }) => [header.name, data ?? new Uint8Array()])), source);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("data", `${source}: not a bundle of a run, ${(error as Error).message}`, { cause: error });
  }
}

/**
 * The run among files that were found somewhere: what lies beside the topmost config.json, and in folders there.
 * @throws Failure when there is none, or a path could lead elsewhere
 */
export function runAmong(found: RunFiles, source: string): Brought {
  const configs = [...found.keys()].filter((path) => /(^|\/)config\.json$/.test(path));
  const [config] = configs.sort((a, b) => a.length - b.length);
  if (config === undefined) throw new Failure("data", `${source}: no run, there is no config.json in it`);
  const prefix = config.slice(0, -"config.json".length);
  const files = new Map<string, Uint8Array>([["config.json", found.get(config)!]]);
  for (const [path, bytes] of found) {
    const inside = path.slice(prefix.length);
    if (!path.startsWith(prefix) || inside === "lock" || inside.endsWith(draftSuffix)) continue;
    if (!legal.test(inside)) throw new Failure("data", `${source}: a run has no file "${inside}"`);
    files.set(inside, bytes);
  }
  const name = prefix.split("/").at(-2) ?? "";
  return { name: /^\w[\w.-]*$/.test(name) ? name : "run", files };
}

/** Makes a run folder of these files, whole or not at all. Throws a Failure for what is no run of this version. */
export async function makeRun(catalogue: Catalogue, path: string, files: RunFiles): Promise<OpenedRun> {
  await makeFolder(path, runFolders, files);
  try {
    return await openRun(catalogue, path, path);
  } catch (error) {
    await remove(path);
    throw error;
  }
}
