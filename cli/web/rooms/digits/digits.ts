/** Where the digits come from: MNIST from the server or from dropped files, else drawn with this machine's fonts. */

import { readIdxImages } from "../../../../ebm/data/idx.ts";
import type { ImageData } from "../../../../ebm/training.ts";
import { drawnDigits } from "./drawn.ts";

/** Both parts, and in words what they are. */
export interface Digits {
  about: string;
  train: ImageData;
  test: ImageData;
}

type File = { name: string; bytes: Uint8Array };

/** The files of MNIST without `.gz`. */
const files = {
  train: ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"],
  test: ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"],
} as const;

export const fontDigits = (): Digits => ({
  about: "digits drawn with the fonts of this machine; drop the four files of MNIST here to learn from those",
  train: drawnDigits(4000, 1),
  test: drawnDigits(600, 2),
});

/** MNIST from `data/mnist/` of a server; null where it has none. */
export async function served(server: string): Promise<Digits | null> {
  const names = [...files.train, ...files.test];
  const found = await Promise.all(
    names.map(async (name): Promise<File | null> => {
      const response = await fetch(new URL(`data/mnist/${name}`, server));
      return response.status === 200 ? { name, bytes: new Uint8Array(await response.arrayBuffer()) } : null;
    }),
  );
  const there = found.filter((file) => file !== null);
  return there.length === names.length ? given(there) : null;
}

/** MNIST, or a set of the same form, from its four files; throws a RangeError that names what is missing. */
export async function given(brought: readonly File[]): Promise<Digits> {
  const find = (name: string): File => {
    const file = brought.find((one) => one.name.replace(/\.gz$/, "") === name);
    if (file === undefined)
      throw new RangeError(`mnist: ${name} is missing, got ${brought.map((one) => one.name).join(", ")}`);
    return file;
  };
  const part = async ([images, labels]: readonly [string, string]): Promise<ImageData> => ({
    name: "mnist",
    ...(await readIdxImages(find(images), find(labels))),
  });
  const [train, test] = await Promise.all([part(files.train), part(files.test)]);
  return { about: `MNIST: ${train.count.toLocaleString("en")} digits`, train, test };
}
