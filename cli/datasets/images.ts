/** Finds the image data sets on this machine. */

import { readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { readCifar, type CifarClasses } from "../../ebm/data/cifar.ts";
import { givenName, readPoints } from "../../ebm/data/given.ts";
import { readIdxImages } from "../../ebm/data/idx.ts";
import { readSvhn } from "../../ebm/data/svhn.ts";
import type { Context, ImageData } from "../../ebm/training.ts";
import { didYouMean } from "../config/suggest.ts";
import { Failure, reasonOf } from "../failure.ts";
import { readFolder } from "./folder.ts";
import { cacheFolder, find, foldersOf, look, type Places } from "./places.ts";

/** Where to look, and whom to tell in a line what is there in part only. */
export interface ImagePlaces extends Places {
  tell: (line: string) => void;
}

type Part = "train" | "test";
type Reader = (places: ImagePlaces, part: Part, size: number) => Promise<Omit<ImageData, "name">>;

const firstFive = [1, 2, 3, 4, 5];

/** The data sets that are known, and how each is read. */
const sets: Readonly<Record<string, Reader>> = {
  mnist: idx("mnist", { train: "train", test: "t10k" }),
  "fashion-mnist": idx("fashion-mnist", { train: "train", test: "t10k" }),
  kmnist: idx("kmnist", { train: "train", test: "t10k" }),
  notmnist: idx("notmnist", { train: "train", test: "t10k" }),
  // The excerpt at 28 x 28 has no parts: both are the same images.
  omniglot: pictures(
    { train: "omniglot/images_background", test: "omniglot/images_evaluation" },
    { otherwise: idx("omniglot", { train: "small1-28x28", test: "small1-28x28" }), inverted: true },
  ),
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
  svhn: async (places, part) => readSvhn(await find(places, join("svhn", `${part}_32x32.mat`))),
  flowers102: pictures(
    { train: "flowers102/jpg", test: "flowers102/jpg" },
    {
      otherwise: cifar(
        "flowers102",
        "flowers102",
        { train: ["flowers102_32x32.bin"], test: ["flowers102_32x32.bin"] },
        {},
      ),
      inverted: false,
    },
  ),
  dtd: pictures(
    { train: "dtd/images", test: "dtd/images" },
    {
      otherwise: cifar("dtd", "dtd", { train: ["dtd10_32x32.bin"], test: ["dtd10_32x32.bin"] }),
      inverted: false,
    },
  ),
  folder: async (places, part, size) => {
    const path = places.data ?? places.env.EBM_DATA;
    if (!path) throw new Failure("usage", "data.name=folder: name the folder of pictures with --data or EBM_DATA");
    const [folder] = foldersOf(places);
    // One that has parts has them as folders of these names.
    const parts = await Promise.all(["train", "test"].map((name) => isFolder(join(folder, name))));
    return readFolder(parts.includes(true) ? join(folder, part) : folder, folderOptions(places, size));
  },
};

/** A context whose data sets are read from files. */
export const imageContext = (places: ImagePlaces): Context => ({
  async data(name, part, size) {
    if (!Object.hasOwn(sets, name)) {
      const names = Object.keys(sets);
      throw new Failure(
        "usage",
        `data.name=${name}: no data set "${name}"${didYouMean(name, names, `there are ${names.join(", ")}`)}`,
      );
    }
    return { name, ...(await sets[name](places, part, size)) };
  },
  async points() {
    const path = places.data;
    if (path === null) throw new Failure("usage", `data.name=${givenName}: name the file of points with --data`);
    const text = await readFile(resolve(places.cwd, path), "utf8").catch((error: unknown) => {
      throw new Failure("usage", `--data ${path}: cannot be read, ${reasonOf(error)}`, { cause: error });
    });
    return readPoints(text, path);
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

/** The pictures of a folder for each part where they are, or else what stands in for them. */
function pictures(
  parts: Readonly<Record<Part, string>>,
  { otherwise, inverted }: { otherwise: Reader; inverted: boolean },
): Reader {
  return async (places, part, size) => {
    for (const folder of foldersOf(places)) {
      const path = join(folder, parts[part]);
      if (!(await isFolder(path))) continue;
      const found = await readFolder(path, folderOptions(places, size));
      return inverted ? { ...found, images: found.images.map((byte) => 255 - byte) } : found;
    }
    const excerpt = await otherwise(places, part, size);
    places.tell(`warning: ${parts[part]}: not there, an excerpt of ${excerpt.count} images stands in for it`);
    return excerpt;
  };
}

const folderOptions = (places: ImagePlaces, size: number) => ({
  ...{ size, tell: places.tell },
  cache: join(cacheFolder(places.env), "pictures"),
});

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
