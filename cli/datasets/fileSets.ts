/** Image data sets that are files of arrays: which files they are, and how they are read, wherever the files come from. */

import { readCifar, type CifarClasses } from "../../ebm/data/cifar.ts";
import type { NamedBytes } from "../../ebm/data/gunzip.ts";
import { readIdxImages } from "../../ebm/data/idx.ts";
import { readSvhn } from "../../ebm/data/svhn.ts";
import type { ImageData } from "../../ebm/training.ts";

export type Part = "train" | "test";
export type Images = Omit<ImageData, "name">;

/** Where files are, by paths such as `mnist/train-images-idx3-ubyte`, plain or gzipped. */
export interface Shelf {
  /** The file, null if there is none. */
  look: (path: string) => Promise<NamedBytes | null>;
  /** The file; throws an error that says where it is expected. */
  find: (path: string) => Promise<NamedBytes>;
  /** told in a line what is there in part only */
  tell: (line: string) => void;
}

export interface FileSet {
  /** The files of a part, by their paths on the shelf. */
  files: Readonly<Record<Part, readonly string[]>>;
  /** Those of both parts without which there is nothing to read. */
  needed: readonly string[];
  /** Reads a part; throws an error that names what is missing. */
  read: (shelf: Shelf, part: Part) => Promise<Images>;
}

const firstFive = [1, 2, 3, 4, 5];

/** By their names in `data.name`. Some of these are excerpts of sets that come as pictures. */
export const fileSets: Readonly<Record<string, FileSet>> = {
  mnist: idx("mnist", { train: "train", test: "t10k" }),
  "fashion-mnist": idx("fashion-mnist", { train: "train", test: "t10k" }),
  kmnist: idx("kmnist", { train: "train", test: "t10k" }),
  notmnist: idx("notmnist", { train: "train", test: "t10k" }),
  // The excerpt at 28 x 28 has no parts: both are the same images.
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
  svhn: {
    files: { train: ["svhn/train_32x32.mat"], test: ["svhn/test_32x32.mat"] },
    needed: ["svhn/train_32x32.mat", "svhn/test_32x32.mat"],
    read: async (shelf, part) => readSvhn(await shelf.find(`svhn/${part}_32x32.mat`)),
  },
  flowers102: cifar("flowers102", "flowers102", { train: ["flowers102_32x32.bin"], test: ["flowers102_32x32.bin"] }),
  dtd: cifar("dtd", "dtd", { train: ["dtd10_32x32.bin"], test: ["dtd10_32x32.bin"] }),
};

/** Images and labels in a file each, in the folder of the set. */
function idx(folder: string, prefixes: Readonly<Record<Part, string>>): FileSet {
  const filesOf = (part: Part): [images: string, labels: string] => [
    `${folder}/${prefixes[part]}-images-idx3-ubyte`,
    `${folder}/${prefixes[part]}-labels-idx1-ubyte`,
  ];
  return {
    files: { train: filesOf("train"), test: filesOf("test") },
    needed: [...new Set([...filesOf("train"), ...filesOf("test")])],
    async read({ find }, part) {
      const [images, labels] = filesOf(part);
      return readIdxImages(await find(images), await find(labels));
    },
  };
}

/** Images with their labels in files that follow each other. The first must be there, or the excerpt in its place. */
function cifar(
  classes: CifarClasses,
  folder: string,
  names: Readonly<Record<Part, readonly string[]>>,
  excerpts: Readonly<Partial<Record<Part, string>>> = {},
): FileSet {
  const pathsOf = (part: Part): string[] => names[part].map((name) => `${folder}/${name}`);
  return {
    files: { train: pathsOf("train"), test: pathsOf("test") },
    needed: [...new Set([pathsOf("train")[0], pathsOf("test")[0]])],
    async read({ look, find, tell }, part) {
      const paths = pathsOf(part);
      const there = (await Promise.all(paths.map(look))).filter((file) => file !== null);
      const excerpt =
        there.length === 0 && excerpts[part] !== undefined ? await look(`${folder}/${excerpts[part]}`) : null;
      const found = excerpt !== null ? [excerpt] : there.length > 0 ? there : [await find(paths[0])];
      const images = await readCifar(found, classes);
      if (there.length < paths.length) {
        const known = found.map(({ name }) => name.split(/[\\/]/).at(-1)).join(", ");
        tell(`warning: ${classes}: only a part of its ${part} images is there, ${images.count} in ${known}`);
      }
      return images;
    },
  };
}
