/** Where data sets lie on this machine. */

import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { NamedBytes } from "../../ebm/data/gunzip.ts";
import { codeOf, Failure, reasonOf } from "../failure.ts";

/** Where to look: a folder named by --data or EBM_DATA alone, else the cache and a shared folder beside the project. */
export interface Places {
  data: string | null;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
}

/** What this program keeps between runs. */
export const cacheFolder = (env: Places["env"]): string =>
  join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "webgpu-ebm");

/** The folders that may hold data sets, the first of which takes new ones. */
export function foldersOf({ data, env, cwd }: Places): string[] {
  if (data !== null) return [resolve(cwd, data)];
  if (env.EBM_DATA) return [resolve(cwd, env.EBM_DATA)];
  return [join(cacheFolder(env), "data"), resolve(cwd, "../shared/data")];
}

const pathsOf = (places: Places, file: string): string[] => foldersOf(places).map((folder) => join(folder, file));

/** A file, plain or gzipped, from the first folder that has it; null if none has. */
export async function look(places: Places, file: string): Promise<NamedBytes | null> {
  for (const path of pathsOf(places, file).flatMap((path) => [`${path}.gz`, path])) {
    try {
      return { name: path, bytes: await readFile(path) };
    } catch (error) {
      if (codeOf(error) !== "ENOENT" && codeOf(error) !== "ENOTDIR") {
        throw new Failure("data", `${path}: cannot be read, ${reasonOf(error)}`, { cause: error });
      }
    }
  }
  return null;
}

/** The file, as `look` finds it; throws a Failure that names the places where it is expected. */
export async function find(places: Places, file: string): Promise<NamedBytes> {
  const found = await look(places, file);
  if (found !== null) return found;
  const expected = pathsOf(places, file).map((path) => `${path}[.gz]`);
  throw new Failure(
    "data",
    `data set file missing, expected ${expected.join(" or ")}; name the folder above it with --data or EBM_DATA, or download it with "ebm data get"`,
  );
}
