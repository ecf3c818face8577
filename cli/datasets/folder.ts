/** A folder of pictures as a data set; the folders in it are the classes. */

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, extname, join, relative, sep } from "node:path";
import { readIdx } from "../../ebm/data/idx.ts";
import { resizePlanes } from "../../ebm/data/resize.ts";
import type { ImageData } from "../../ebm/training.ts";
import { FormatError } from "../../nn/formatError.ts";
import { codeOf, Failure, reasonOf } from "../failure.ts";
import { writeAtomically } from "../run/atomic.ts";
import { decodePicture, type Picture } from "./decode.ts";

export interface FolderOptions {
  /** Rows and columns that every picture is brought to. */
  size: number;
  /** Where decoded pictures are kept for the next time. */
  cache: string;
  /** told in a line what takes a while, and what is left out */
  tell: (line: string) => void;
}

/** Labels are bytes. */
const mostClasses = 256;

/**
 * All pictures below a folder, in the order of their names, each a square from its middle brought to size × size, bilinear
 * and antialiased; of one channel if all of them are grey. A picture's class is the folder it lies in, unless some lie in no
 * folder. Decoded once: a file in the cache, named by the contents of all pictures, serves later.
 * @throws Failure when there are none, FormatError naming a picture that cannot be read
 */
export async function readFolder(path: string, options: FolderOptions): Promise<Omit<ImageData, "name">> {
  const names = await picturesBelow(path, options.tell);
  if (names.length === 0) throw new Failure("data", `${path}: no pictures below it, expected .png, .jpg or .jpeg`);
  const file = await cacheFile(path, names, options);
  const { shape, data } = (await cached(file, options.tell)) ?? (await decodeAll(path, names, file, options));
  const [count, channels, height, width] = shape;
  return { images: data, count, channels, height, width, labels: labelsOf(path, names, options.tell) };
}

async function picturesBelow(path: string, tell: FolderOptions["tell"]): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new Failure("data", `${path}: cannot be read, ${reasonOf(error)}`, { cause: error });
  });
  const visible = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .filter((name) => !name.split(sep).some((part) => part.startsWith(".")))
    .sort();
  const isPicture = (name: string): boolean => [".png", ".jpg", ".jpeg"].includes(extname(name).toLowerCase());
  const others = visible.filter((name) => !isPicture(name));
  if (others.length > 0)
    tell(`warning: ${path}: ${others.length} files are no .png or .jpg and are left out, the first is ${others[0]}`);
  return visible.filter(isPicture);
}

function labelsOf(path: string, names: readonly string[], tell: FolderOptions["tell"]): Uint8Array | null {
  const folders = names.map((name) => dirname(name));
  const classes = [...new Set(folders)].sort();
  if (classes.includes(".")) return null;
  if (classes.length > mostClasses) {
    tell(
      `warning: ${path}: ${classes.length} folders are more than ${mostClasses} classes; the pictures have no labels`,
    );
    return null;
  }
  return Uint8Array.from(folders, (folder) => classes.indexOf(folder));
}

/** Images as an idx file holds them: `[count, channels, size, size]`. */
interface Decoded {
  shape: number[];
  data: Uint8Array;
}

/** What the cache has in this file; null if nothing. */
async function cached(file: string, tell: FolderOptions["tell"]): Promise<Decoded | null> {
  try {
    return await readIdx({ name: file, bytes: await readFile(file) });
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return null;
    tell(`warning: ${file}: cannot be used, ${reasonOf(error)}`);
    return null;
  }
}

/** Decodes all pictures, and keeps the result in a file of the cache. */
async function decodeAll(
  path: string,
  names: readonly string[],
  file: string,
  { size, tell }: FolderOptions,
): Promise<Decoded> {
  if (names.length > 1000) tell(`decoding ${names.length} pictures of ${path}; later starts find them decoded`);
  const plane = size * size;
  const colours = new Uint8Array(names.length * 3 * plane);
  let grey = true;
  for (const [i, name] of names.entries()) {
    const planes = squareOf(await readPicture(join(path, name)), size);
    colours.set(planes, i * 3 * plane);
    for (let p = 0; grey && p < plane; p++)
      grey = planes[p] === planes[plane + p] && planes[p] === planes[2 * plane + p];
  }
  const channels = grey ? 1 : 3;
  const data = grey ? firstPlanes(colours, names.length, plane) : colours;
  const decoded = { shape: [names.length, channels, size, size], data };
  await keep(file, decoded, tell);
  return decoded;
}

async function readPicture(path: string): Promise<Picture> {
  try {
    return await decodePicture(await readFile(path));
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(`${path}: ${error.message}`, { cause: error });
    throw new Failure("data", `${path}: cannot be read, ${reasonOf(error)}`, { cause: error });
  }
}

/** The largest square in the middle, as planes `[3, size, size]`. */
function squareOf({ width, height, data }: Picture, size: number): Uint8Array {
  const side = Math.min(width, height);
  const [left, top] = [Math.floor((width - side) / 2), Math.floor((height - side) / 2)];
  const planes = new Uint8Array(3 * side * side);
  for (let c = 0, at = 0; c < 3; c++)
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++, at++)
        planes[at] = data[((top + row) * width + left + column) * 3 + c];
  return resizePlanes(planes, side, side, size);
}

const firstPlanes = (colours: Uint8Array, count: number, plane: number): Uint8Array => {
  const greys = new Uint8Array(count * plane);
  for (let i = 0; i < count; i++) greys.set(colours.subarray(i * 3 * plane, i * 3 * plane + plane), i * plane);
  return greys;
};

/** The file in the cache that belongs to these pictures, whatever their names, at this size. */
async function cacheFile(path: string, names: readonly string[], { size, cache }: FolderOptions): Promise<string> {
  const all = createHash("sha256").update(`1 ${size}`);
  for (const name of names)
    all.update(
      createHash("sha256")
        .update(await readBytes(join(path, name)))
        .digest(),
    );
  return join(cache, `${all.digest("hex")}.idx`);
}

async function readBytes(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw new Failure("data", `${path}: cannot be read, ${reasonOf(error)}`, { cause: error });
  });
}

/** Writes decoded images for the next time; a cache that cannot be written is told of and missed. */
async function keep(file: string, { shape, data }: Decoded, tell: FolderOptions["tell"]): Promise<void> {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.writeUInt32BE(0x0800 + shape.length);
  shape.forEach((extent, axis) => head.writeUInt32BE(extent, 4 + 4 * axis));
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeAtomically(file, Buffer.concat([head, data]));
  } catch (error) {
    tell(`warning: ${file}: cannot be written, ${reasonOf(error)}; the pictures are decoded again next time`);
  }
}
