/** Keeps two processes from writing the same run. */

import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, Failure, reasonOf } from "../failure.ts";

/** The locks of this process: in a container every start may get the number of the one before. */
const held = new Set<string>();

/** How long a process that was killed may take to be gone, in seconds. */
const patience = 10;

/**
 * Takes a run folder for this process and returns what lets go of it. The lock of a process that is gone counts for
 * nothing; one that lives is waited for a little.
 * @throws Failure that names the process, or why the folder cannot be written
 */
export async function lockRun(folder: string, seconds = patience): Promise<() => Promise<void>> {
  const path = join(folder, "lock");
  for (let waited = 0; ; waited += 0.05) {
    if (await taken(path)) {
      held.add(path);
      return async () => {
        held.delete(path);
        await rm(path, { force: true });
      };
    }
    const holder = Number(await readFile(path, "utf8").catch(() => ""));
    if (holder === process.pid ? held.has(path) : holder > 0 && (await alive(holder))) {
      if (waited < seconds) await sleep(50);
      else throw new Failure("usage", `${folder}: process ${holder} is at work there (if it is not, remove ${path})`);
    } else {
      await rm(path, { force: true });
    }
  }
}

/** Puts this process's number there, whole, unless another number is there already. */
async function taken(path: string): Promise<boolean> {
  const draft = `${path}.${process.pid}`;
  try {
    await writeFile(draft, String(process.pid));
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw new Failure("usage", `${path}: cannot be written, ${reasonOf(error)}`, { cause: error });
  } finally {
    await rm(draft, { force: true });
  }
}

/** Whether a process is at work; one that has ended counts for nothing, even while nobody has asked how (in a container without init). */
async function alive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
  try {
    // `pid (name) state …`, where the name may hold anything.
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return stat[stat.lastIndexOf(")") + 2] !== "Z";
  } catch {
    return true;
  }
}
