/** Finds the image data sets on this machine. */

import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { readCifar, type CifarClasses } from "../../ebm/data/cifar.ts";
import type { NamedBytes } from "../../ebm/data/gunzip.ts";
import { readIdxImages } from "../../ebm/data/idx.ts";
import type { Context, ImageData } from "../../ebm/training.ts";
import { didYouMean } from "../config/suggest.ts";
import { codeOf, Failure, reasonOf } from "../failure.ts";

type Part = "train" | "test";
type Reader = (places: Places, part: Part) => Promise<Omit<ImageData, "name">>;

const firstFive = [1, 2, 3, 4, 5];

/** The data sets that are known, and how each is read. */
const sets: Readonly<Record<string, Reader>> = {
  mnist: idx("mnist", { train: "train", test: "t10k" }),
  "fashion-mnist": idx("fashion-mnist", { train: "train", test: "t10k" }),
  kmnist: idx("kmnist", { train: "train", test: "t10k" }),
  notmnist: idx("notmnist", { train: "train", test: "t10k" }),
  // Omniglot at 28 x 28 has no parts: both are the same images.
  omniglot: idx("omniglot", { train: "small1-28x28", test: "small1-28x28" }),
  cifar10: cifar("cifar10", "cifar-10", {
    train: firstFive.map((batch) => `data_batch_${batch}.bin`),
    test: ["test_batch.bin"],
  }),
  cifar100: cifar(
    "cifar100",
    "cifar-100",
    { train: ["train.bin"], test: ["test.bin"] },
    { test: "test_first2000.bin" },
  ),
};

/** Where to look: a folder named by --data or EBM_DATA alone, else the cache and a shared folder beside the project. */
export interface Places {
  data: string | null;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** told in a line where a data set is there in part only */
  tell: (line: string) => void;
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
    return { name, ...(await sets[name](places, part)) };
  },
});

/** Images and labels in a file each, in the folder of the set. */
function idx(folder: string, prefixes: Readonly<Record<Part, string>>): Reader {
  return async (places, part) => {
    const stem = join(folder, prefixes[part]);
    const images = await find(places, `${stem}-images-idx3-ubyte`);
    return readIdxImages(images, await find(places, `${stem}-labels-idx1-ubyte`));
  };
}

/** Images with their labels in files that follow each other. The first must be there, or the excerpt in its place. */
function cifar(
  classes: CifarClasses,
  folder: string,
  files: Readonly<Record<Part, readonly string[]>>,
  excerpts: Readonly<Partial<Record<Part, string>>> = {},
): Reader {
  return async (places, part) => {
    const paths = files[part].map((file) => join(folder, file));
    const there = (await Promise.all(paths.map((path) => look(places, path)))).filter((file) => file !== null);
    const excerpt =
      there.length === 0 && excerpts[part] !== undefined ? await look(places, join(folder, excerpts[part])) : null;
    const found = excerpt !== null ? [excerpt] : there.length > 0 ? there : [await find(places, paths[0])];
    const images = await readCifar(found, classes);
    if (there.length < paths.length) {
      const names = found.map(({ name }) => basename(name)).join(", ");
      places.tell(`warning: ${classes}: only a part of its ${part} images is there, ${images.count} in ${names}`);
    }
    return images;
  };
}

function folders({ data, env, cwd }: Places): string[] {
  if (data !== null) return [resolve(cwd, data)];
  if (env.EBM_DATA) return [resolve(cwd, env.EBM_DATA)];
  const cache = join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "webgpu-ebm", "data");
  return [cache, resolve(cwd, "../shared/data")];
}

/** The file, plain or gzipped, from the first folder that has it. */
async function find(places: Places, file: string): Promise<NamedBytes> {
  const found = await look(places, file);
  if (found !== null) return found;
  const expected = pathsOf(places, file).map((path) => `${path}[.gz]`);
  throw new Failure(
    "data",
    `data set file missing, expected ${expected.join(" or ")}; name the folder above it with --data or EBM_DATA`,
  );
}

async function look(places: Places, file: string): Promise<NamedBytes | null> {
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

const pathsOf = (places: Places, file: string): string[] => folders(places).map((folder) => join(folder, file));
