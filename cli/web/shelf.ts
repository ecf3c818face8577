/** Data sets in a page: files that a person has opened and this browser keeps, and those that the server of `ebm demo` hands out. */

import { exists, readFile, writeAtomically } from "#host";
import { readPoints } from "../../ebm/data/given.ts";
import type { NamedBytes } from "../../ebm/data/gunzip.ts";
import type { Context } from "../../ebm/training.ts";
import { fileSets, type FileSet, type Shelf } from "../datasets/fileSets.ts";
import type { Files } from "./dropped.ts";

/** Only that server has data beside the page; workers lie one folder below it. */
const server = location.hostname === "localhost" ? new URL("../data/", location.href) : null;

const pathOf = (path: string): string => `data/${path}`;
const namesOf = (path: string): string[] => [`${path}.gz`, path];

async function look(path: string): Promise<NamedBytes | null> {
  for (const name of namesOf(path)) {
    const bytes = await readFile(pathOf(name));
    if (bytes !== null) return { name, bytes };
  }
  if (server === null) return null;
  const response = await fetch(new URL(path, server));
  return response.status === 200 ? { name: path, bytes: new Uint8Array(await response.arrayBuffer()) } : null;
}

async function has(path: string): Promise<boolean> {
  for (const name of namesOf(path)) if (await exists(pathOf(name))) return true;
  return server !== null && (await fetch(new URL(path, server), { method: "HEAD" })).status === 200;
}

const shelfOf = (look: Shelf["look"]): Shelf => ({
  look,
  async find(path) {
    const found = await look(path);
    if (found === null) throw new RangeError(`data: ${path} is missing here`);
    return found;
  },
  tell: () => undefined,
});

/** What this page has. */
export const shelf: Shelf = shelfOf(look);

/** Points of a person's own, of whatever name they came with. */
const ownPoints = "points/points.csv";

/** Data sets that are files of arrays, and points. */
export const context: Context = {
  async data(name, part) {
    return { name, ...(await setOf(name).read(shelf, part)) };
  },
  async points() {
    const { name, bytes } = await shelf.find(ownPoints);
    return readPoints(new TextDecoder().decode(bytes), name);
  },
};

function setOf(name: string): FileSet {
  if (Object.hasOwn(fileSets, name)) return fileSets[name];
  throw new RangeError(`data.name: pages read ${Object.keys(fileSets).join(", ")}, got "${name}"`);
}

/** The files of a data set, by their paths; one of points by whatever name it has. */
const filesOf = (name: string): string[] =>
  name === "points" ? [ownPoints] : [...new Set(Object.values(setOf(name).files).flat())];

/** Whether a page can read a data set at all. */
export const readable = (name: string): boolean => name === "points" || Object.hasOwn(fileSets, name);

/** The files without which a data set cannot be read, and which are not here. */
export async function missing(name: string): Promise<string[]> {
  const needed = name === "points" ? [ownPoints] : setOf(name).needed;
  const there = await Promise.all(needed.map(has));
  return needed.filter((_, at) => !there[at]);
}

const baseOf = (path: string): string => path.split("/").at(-1)!.replace(/\.gz$/, "");

/** Which file of a data set a file that was brought is, by its name; null if it is none. */
const placeOf = (name: string, path: string): string | null =>
  name === "points" && /\.(csv|tsv|txt)$/.test(path)
    ? ownPoints
    : (filesOf(name).find((one) => baseOf(one) === baseOf(path)) ?? null);

/** Whether files that were brought are of a data set. */
export const belong = (name: string, files: Files): boolean =>
  [...files.keys()].some((path) => placeOf(name, path) !== null);

/**
 * Keeps the files of a data set that a person has brought, once they can be read.
 * @throws RangeError that names a file that is missing, FormatError for one that is none
 */
export async function shelve(name: string, files: Files): Promise<void> {
  const brought = new Map<string, NamedBytes>();
  for (const [path, bytes] of files) {
    const place = placeOf(name, path);
    if (place !== null) brought.set(place, { name: path, bytes });
  }
  if (brought.size === 0)
    throw new RangeError(
      `${name}: expected ${filesOf(name).map(baseOf).join(", ")}, plain or gzipped, got ${[...files.keys()].join(", ")}`,
    );
  const both = shelfOf(async (path) => brought.get(path) ?? (await look(path)));
  if (name === "points") readPoints(new TextDecoder().decode(brought.get(ownPoints)!.bytes), [...files.keys()][0]);
  else for (const part of ["train", "test"] as const) await setOf(name).read(both, part);
  for (const [place, { name: path, bytes }] of brought)
    await writeAtomically(pathOf(path.endsWith(".gz") ? `${place}.gz` : place), bytes);
}
