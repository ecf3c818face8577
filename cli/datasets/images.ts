/** Finds the image data sets on this machine. */

import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { givenName, readPoints } from "../../ebm/data/given.ts";
import type { Context } from "../../ebm/training.ts";
import { didYouMean } from "../config/suggest.ts";
import { Failure, reasonOf } from "../failure.ts";
import { fileSets, type Images, type Part, type Shelf } from "./fileSets.ts";
import { readFolder } from "./folder.ts";
import { cacheFolder, find, foldersOf, look, type Places } from "./places.ts";

/** Where to look, and whom to tell in a line what is there in part only. */
export interface ImagePlaces extends Places {
  tell: (line: string) => void;
}

type Reader = (places: ImagePlaces, part: Part, size: number) => Promise<Images>;

/** Sets that lie there as files of arrays. */
const filed = Object.fromEntries(
  Object.entries(fileSets).map(([name, { read }]): [string, Reader] => [
    name,
    (places, part) => read(shelfOf(places), part),
  ]),
);

/** The data sets that are known, and how each is read. */
const sets: Readonly<Record<string, Reader>> = {
  ...filed,
  omniglot: pictures(
    { train: "omniglot/images_background", test: "omniglot/images_evaluation" },
    { otherwise: filed.omniglot, inverted: true },
  ),
  flowers102: pictures(
    { train: "flowers102/jpg", test: "flowers102/jpg" },
    { otherwise: filed.flowers102, inverted: false },
  ),
  dtd: pictures({ train: "dtd/images", test: "dtd/images" }, { otherwise: filed.dtd, inverted: false }),
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

const shelfOf = (places: ImagePlaces): Shelf => ({
  look: (path) => look(places, path),
  find: (path) => find(places, path),
  tell: places.tell,
});

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
