/** Files that are there whole or not at all, whenever the process or the machine dies. */

import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { writing } from "../failure.ts";
import { draftSuffix } from "../host/host.ts";

/** Writes a file under another name, has it on disk, and only then gives it its own name. */
export async function writeAtomically(path: string, contents: string | Uint8Array): Promise<void> {
  const draft = `${path}${draftSuffix}`;
  const file = await open(draft, "w");
  try {
    try {
      await file.writeFile(contents);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw writing(path, error);
  }
  await syncFolder(dirname(path));
}

/** Has the names in a folder on disk; Windows does that by itself and refuses to open folders. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
