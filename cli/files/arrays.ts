/** Reads arrays from files of every format that is known, told apart by their content, and writes the plain ones. */

import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import type { NamedArrays } from "../../engine/hostArray.ts";
import { FormatError } from "../../nn/formatError.ts";
import * as npy from "../../nn/formats/npy.ts";
import * as pth from "../../nn/formats/pth.ts";
import * as safetensors from "../../nn/formats/safetensors.ts";
import { Failure, reasonOf } from "../failure.ts";
import { writeAtomically } from "../run/atomic.ts";
import { isZip, unzip, zip } from "./zip.ts";

/** Endings of the files that `writeArrays` writes. */
export const writable = [".safetensors", ".npy", ".npz"];

export interface ReadOptions {
  /** Bytes that an archive may take when unpacked; 4 GiB unless given. */
  limit?: number;
}

/** The arrays of a file, as `readContents`. */
export async function readArrays(path: string, options: ReadOptions = {}): Promise<NamedArrays> {
  return (await readContents(path, options)).arrays;
}

/**
 * The arrays of a .safetensors, .npy, .npz, .pth or .pt file, and the text that goes with them. An array without a name is
 * named as the file is, without its ending.
 * @throws Failure when there is no such file, FormatError naming the file and what is wrong in it
 */
export async function readContents(path: string, { limit = 2 ** 32 }: ReadOptions = {}): Promise<safetensors.Contents> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new Failure("usage", `${path}: cannot be read, ${reasonOf(error)}`, { cause: error });
  });
  try {
    const { arrays, metadata } = decode(bytes, limit);
    const [name, ...others] = Object.keys(arrays);
    if (name !== "" || others.length > 0) return { arrays, metadata };
    return { arrays: { [basename(path, extname(path))]: arrays[""] }, metadata };
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(`${path}: ${error.message}`, { cause: error }) : error;
  }
}

/**
 * Writes arrays to a file in the format that its name ends in: it is there whole or not at all. Only .safetensors keeps
 * `metadata`, and which arrays are keys.
 * @throws Failure when the name ends otherwise, several arrays are to go into one .npy, or the file cannot be written
 */
export async function writeArrays(
  path: string,
  arrays: NamedArrays,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeAtomically(path, encode(path, arrays, metadata)).catch((error: unknown) => {
    throw new Failure("usage", `${path}: cannot be written, ${reasonOf(error)}`, { cause: error });
  });
}

function decode(bytes: Uint8Array, limit: number): safetensors.Contents {
  if (isZip(bytes)) {
    const entries = unzip(bytes, limit);
    const isPth = [...entries.keys()].some((name) => name.endsWith("/data.pkl"));
    return isPth ? pth.decode(entries) : { arrays: npy.decodeMembers(entries), metadata: {} };
  }
  if (npy.isNpy(bytes)) return { arrays: { "": npy.decode(bytes) }, metadata: {} };
  if (pth.isLegacy(bytes)) return pth.decodeLegacy(bytes);
  if (bytes[8] === 0x7b) return safetensors.decode(bytes); // {
  const found = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new FormatError(`neither safetensors, npy, npz nor PyTorch's pth, it begins with ${found || "nothing"}`);
}

function encode(path: string, arrays: NamedArrays, metadata: Readonly<Record<string, string>>): Uint8Array {
  const ending = extname(path);
  const all = Object.values(arrays);
  switch (ending) {
    case ".safetensors":
      return safetensors.encode(arrays, metadata);
    case ".npz":
      return zip(npy.encodeMembers(arrays));
    case ".npy":
      if (all.length === 1) return npy.encode(all[0]);
      throw new Failure("usage", `${path}: a .npy file holds one array, got ${all.length}; .npz holds any number`);
    default:
      throw new Failure("usage", `${path}: expected a name that ends in ${writable.join(", ")}`);
  }
}
