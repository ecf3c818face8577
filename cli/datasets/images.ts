/** Finds the image data sets on this machine. */

import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { readIdxImages, type NamedBytes } from "../../ebm/data/idx.ts";
import type { Context } from "../../ebm/training.ts";
import { didYouMean } from "../config/suggest.ts";
import { codeOf, Failure, reasonOf } from "../failure.ts";

/** The data sets kept as idx files, and which parts they have; each in a folder of its name. */
const sets: Readonly<Record<string, readonly ("train" | "test")[]>> = {
  mnist: ["train", "test"],
  "fashion-mnist": ["train", "test"],
  kmnist: ["train", "test"],
  notmnist: ["train", "test"],
};
const prefixes = { train: "train", test: "t10k" };

/** Where to look: a folder named by --data or EBM_DATA alone, else the cache and a shared folder beside the project. */
export interface Places {
  data: string | null;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
}

/** A context whose data sets are read from files. */
export const imageContext = (places: Places): Context => ({
  async data(name, part) {
    if (!Object.hasOwn(sets, name)) {
      const names = Object.keys(sets);
      throw new Failure(
        "usage",
        `data.name=${name}: no data set "${name}"${didYouMean(name, names, `there are ${names.join(", ")}`)}`,
      );
    }
    const stem = join(name, prefixes[part]);
    const images = await find(places, `${stem}-images-idx3-ubyte`);
    const labels = await find(places, `${stem}-labels-idx1-ubyte`);
    return { name, ...(await readIdxImages(images, labels)) };
  },
});

function folders({ data, env, cwd }: Places): string[] {
  if (data !== null) return [resolve(cwd, data)];
  if (env.EBM_DATA) return [resolve(cwd, env.EBM_DATA)];
  const cache = join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "webgpu-ebm", "data");
  return [cache, resolve(cwd, "../shared/data")];
}

async function find(places: Places, file: string): Promise<NamedBytes> {
  const tried = folders(places).map((folder) => join(folder, file));
  for (const path of tried.flatMap((path) => [`${path}.gz`, path])) {
    try {
      return { name: path, bytes: await readFile(path) };
    } catch (error) {
      if (codeOf(error) !== "ENOENT" && codeOf(error) !== "ENOTDIR") {
        throw new Failure("data", `${path}: cannot be read, ${reasonOf(error)}`, { cause: error });
      }
    }
  }
  const expected = tried.map((path) => `${path}[.gz]`).join(" or ");
  throw new Failure(
    "data",
    `data set file missing, expected ${expected}; name the folder above it with --data or EBM_DATA`,
  );
}
