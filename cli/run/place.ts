/** Where a new run goes. */

import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { absolute, exists } from "#host";
import { wordOf } from "../config/fields.ts";
import type { Resolved } from "../config/resolve.ts";
import { codeOf, Failure, reasonOf } from "../failure.ts";

/**
 * Where a new run goes: the folder asked for, which must not exist, or the first free `runs/RECIPE-SEED-N`. Nothing is
 * made yet, but a place where nothing can be made is refused now and not after the work.
 */
export async function placeRun(asked: string | null, { recipe, settings }: Resolved, cwd: string): Promise<string> {
  if (asked !== null) return placeNew(asked, cwd, "--run-dir", `, or continue it with --resume ${asked}`);
  const stem = join(cwd, "runs", `${recipe.replaceAll("/", "-")}-${wordOf(settings.seed)}`);
  const path = await firstFree((n) => `${stem}-${n}`);
  await checkWritable(path, `run folder ${path}`);
  return path;
}

/** The path of something new that an option asks for; refuses what exists, and where nothing can be made. */
export async function placeNew(asked: string, cwd: string, option: string, otherwise = ""): Promise<string> {
  const path = absolute(cwd, asked);
  if (await exists(path)) throw new Failure("usage", `${option} ${asked}: exists already; choose another${otherwise}`);
  await checkWritable(path, `${option} ${asked}`);
  return path;
}

/** The first of these paths, counted from 1, where there is nothing. */
export async function firstFree(path: (n: number) => string): Promise<string> {
  for (let n = 1; ; n++) if (!(await exists(path(n)))) return path(n);
}

/** Throws unless the nearest folder above that exists is a folder that can be written. */
async function checkWritable(path: string, name: string): Promise<void> {
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    try {
      if (!(await stat(parent)).isDirectory())
        throw new Failure("usage", `${name}: cannot be made, ${parent} is not a folder`);
      await access(parent, constants.W_OK);
      return;
    } catch (error) {
      if (error instanceof Failure) throw error;
      if (!["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? "")) {
        throw new Failure("usage", `${name}: cannot be made, ${parent}: ${reasonOf(error)}`, { cause: error });
      }
    }
  }
}
