/** #host in pages and workers: the origin private file system, which no one sees but this site. */

import { Failure } from "../failure.ts";
import type { Host } from "./host.ts";

/** Set by the build of the app. */
declare const PACKAGE_VERSION: string;

export async function readFile(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const [folder, name] = await parentOf(path, { create: false });
    const file = await (await folder.getFileHandle(name)).getFile();
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    return missing(error, null);
  }
}

export async function exists(path: string): Promise<boolean> {
  try {
    const [folder, name] = await parentOf(path, { create: false });
    for await (const inside of folder.keys()) if (inside === name) return true;
    return false;
  } catch (error) {
    return missing(error, false);
  }
}

export async function list(folder: string): Promise<string[]> {
  try {
    const names: string[] = [];
    for await (const name of (await folderAt(folder, { create: false })).keys()) names.push(name);
    return names.sort();
  } catch (error) {
    return missing(error, []);
  }
}

export async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (directory: FileSystemDirectoryHandle, prefix: string): Promise<void> => {
    for await (const [name, handle] of directory.entries()) {
      if (handle instanceof FileSystemDirectoryHandle) await walk(handle, `${prefix}${name}/`);
      else found.push(prefix + name);
    }
  };
  await walk(await folderAt(folder, { create: false }), "");
  return found.sort();
}

/** What is written to a handle is seen by none before it is closed, and then whole. */
export async function writeAtomically(path: string, contents: string | Uint8Array): Promise<void> {
  const [folder, name] = await parentOf(path, { create: true });
  const writable = await (await folder.getFileHandle(name, { create: true })).createWritable();
  await writable.write(contents as FileSystemWriteChunkType);
  await writable.close();
}

export async function append(path: string, text: string): Promise<void> {
  const [folder, name] = await parentOf(path, { create: true });
  const handle = await folder.getFileHandle(name, { create: true });
  const { size } = await handle.getFile();
  const writable = await handle.createWritable({ keepExistingData: true });
  await writable.write({ type: "write", position: size, data: text });
  await writable.close();
}

export async function remove(path: string): Promise<void> {
  try {
    const [folder, name] = await parentOf(path, { create: false });
    await folder.removeEntry(name, { recursive: true });
  } catch (error) {
    missing(error, undefined);
  }
}

/** Folders cannot be renamed here: the first of the files is written last, and without it the folder is none of ours. */
export async function makeFolder(
  path: string,
  folders: readonly string[],
  files: ReadonlyMap<string, string | Uint8Array>,
): Promise<void> {
  const [first, ...others] = [...files.keys()];
  if ((await readFile(`${path}/${first}`)) !== null) throw new Failure("usage", `run folder ${path}: exists already`);
  await remove(path);
  for (const folder of folders) await folderAt(`${path}/${folder}`, { create: true });
  for (const name of [...others, first]) await writeAtomically(`${path}/${name}`, files.get(name)!);
}

export const absolute = (_from: string, path: string): string => path;

export async function sha256(pieces: Iterable<string | Uint8Array>): Promise<string> {
  const whole = await new Blob([...pieces] as BlobPart[]).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Unlike a timer, without a delay of its own. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

export const packageVersion = (): string => PACKAGE_VERSION;

export const system = (): string => "browser";

async function folderAt(path: string, options: { create: boolean }): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory();
  for (const name of path.split("/").filter((name) => name !== ""))
    folder = await folder.getDirectoryHandle(name, options);
  return folder;
}

async function parentOf(
  path: string,
  options: { create: boolean },
): Promise<[folder: FileSystemDirectoryHandle, name: string]> {
  const at = path.lastIndexOf("/");
  return [await folderAt(path.slice(0, Math.max(at, 0)), options), path.slice(at + 1)];
}

function missing<T>(error: unknown, instead: T): T {
  if (error instanceof DOMException && error.name === "NotFoundError") return instead;
  throw error;
}

/** Nothing that a host owes is missing. */
const _host: Host = {
  ...{ readFile, exists, list, filesIn, writeAtomically, append, remove, makeFolder },
  ...{ absolute, sha256, breathe, packageVersion, system },
};
