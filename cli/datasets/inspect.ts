/** Which files of a data set are there, and whether they are what they should be. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { codeOf, Failure, reasonOf } from "../failure.ts";
import type { DataSet, OtherFile } from "./dataSet.ts";

/** The list of checksums that `ebm data get` leaves in a folder, in the format of sha256sum. */
export const sumsName = "SHA256SUMS";

export type FileState = "right" | "known" | "damaged" | "missing";

/** One file of a data set: what it is or what is wrong with it, in words. */
export interface InspectedFile {
  name: string;
  state: FileState;
  about: string;
  /** Whether the data set is not complete without it; excerpts beside the originals are not needed. */
  needed: boolean;
}

/** Where a data set lies, as it seems without reading its files. */
export interface Found {
  path: string;
  bytes: number;
  /** Whether all of its files are there. */
  complete: boolean;
}

/** The first of some folders that has files of a data set; null if none has. */
export async function findSet(set: DataSet, folders: readonly string[]): Promise<Found | null> {
  for (const folder of folders) {
    const path = join(folder, set.folder);
    const expected = await expectedIn(set, path);
    const sizes = await Promise.all(expected.map(({ name }) => sizeOf(join(path, name))));
    const others = await Promise.all(othersBeside(set, expected).map(({ name }) => sizeOf(join(path, name))));
    const bytes = [...sizes, ...others].reduce<number>((sum, size) => sum + (size ?? 0), 0);
    if (bytes > 0) return { path, bytes, complete: sizes.length > 0 && sizes.every((size) => size !== null) };
  }
  return null;
}

/** Reads every file that is known of a data set and compares checksums; files of which nothing is known are left out. */
export async function inspect(set: DataSet, path: string): Promise<InspectedFile[]> {
  const expected = await expectedIn(set, path);
  const rows = await Promise.all(expected.map((file) => inspectFile(set, path, file.name, file.sha256)));
  const more = await Promise.all(othersBeside(set, expected).map(({ name }) => inspectFile(set, path, name, null)));
  return [...rows, ...more.filter(({ state }) => state !== "missing"), ...missingArchives(set, expected)];
}

/** Archives of which nothing is there. */
const missingArchives = (set: DataSet, expected: readonly Expected[]): InspectedFile[] =>
  set.files
    .filter(({ archive }) => archive !== null && !expected.some(({ fromSums }) => fromSums))
    .map(({ name }) => ({ name: `what ${name} holds`, state: "missing", about: "", needed: true }));

/** Files that are known and have other names than those expected. */
const othersBeside = (set: DataSet, expected: readonly Expected[]): OtherFile[] =>
  set.others.filter(({ name }) => !expected.some((file) => file.name === name));

interface Expected {
  name: string;
  sha256: string;
  /** Whether it is named by the list in the folder, as the members of archives are. */
  fromSums: boolean;
}

/** The files that belong there: those of the catalogue as they are, and what the list in the folder names. */
async function expectedIn(set: DataSet, path: string): Promise<Expected[]> {
  const plain = set.files.filter(({ archive }) => archive === null);
  const members = set.files.length > plain.length ? await readSums(join(path, sumsName)) : [];
  const known = new Set(plain.map(({ name }) => name));
  return [
    ...plain.map(({ name, sha256 }) => ({ name, sha256, fromSums: false })),
    ...members.filter(({ name }) => !known.has(name)).map((member) => ({ ...member, fromSums: true })),
  ];
}

async function inspectFile(set: DataSet, path: string, name: string, expected: string | null): Promise<InspectedFile> {
  const found = await digestOf(join(path, name));
  const file = { name, needed: expected !== null };
  if (found === null) return { ...file, state: "missing", about: "" };
  if (found === expected) return { ...file, state: "right", about: "the original" };
  const others = set.others.filter((other) => other.name === name);
  const other = others.find(({ sha256 }) => sha256 === found);
  if (other !== undefined) return { ...file, state: "known", about: other.about };
  return { ...file, state: "damaged", about: `SHA-256 ${found}, expected ${expected ?? others[0].sha256}` };
}

/** A list of checksums; nothing where there is none. */
async function readSums(path: string): Promise<{ name: string; sha256: string }[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => absent(path, error, ""));
  return text.split("\n").flatMap((line) => {
    const match = /^([0-9a-f]{64})[ *]{2}(.+)$/.exec(line);
    return match === null ? [] : [{ sha256: match[1], name: match[2] }];
  });
}

/** The SHA-256 of a file; null where there is none. */
export async function digestOf(path: string): Promise<string | null> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    return absent(path, error, null);
  }
  return hash.digest("hex");
}

const sizeOf = async (path: string): Promise<number | null> =>
  stat(path).then(
    ({ size }) => size,
    (error: unknown) => absent(path, error, null),
  );

/** `nothing` where the error says that there is no such file. */
function absent<T>(path: string, error: unknown, nothing: T): T {
  if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return nothing;
  throw new Failure("data", `${path}: cannot be read, ${reasonOf(error)}`, { cause: error });
}
