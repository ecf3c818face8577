/** The tensors of PyTorch's `.pth` and `.pt` files, by name; nothing in them is run. */
//
//   since 1.6   a zip archive, all below one folder:
//                 data.pkl      the pickle; a storage in it is a persistent id
//                 data/KEY      the elements of a storage
//                 byteorder     "little" or "big"
//   before      one after the other: pickles of a magic number, of the version 1001 and of facts about the writer, the
//               pickle itself, a pickled list of keys, and for each key a u64 count and the elements

import type { HostArray } from "../../engine/hostArray.ts";
import { FormatError } from "../formatError.ts";
import { bytesPer, countOf, hostArrayOf } from "./elements.ts";
import { Global, readPickle } from "./pickle.ts";
import type { Contents } from "./safetensors.ts";
import { storageOf, TensorView, torchGlobals, type Storage } from "./torchGlobals.ts";

export interface PthOptions {
  /**
   * Bytes that arrays, names and values may take in all; 1 MiB more than 16 times those of the file unless given. Views of
   * one storage become copies, so a small file can ask for many.
   */
  limit?: number;
}

const legacyMagic = 0x1950a86a20f9469cfc6cn;
const legacyVersion = 1001;
const deepest = 100;
const mostValues = 1_000_000;
const longestName = 2 ** 16;
const longestText = 2 ** 24;

/** The elements of storages by key, and their order of bytes. */
interface Storages {
  bytes: (key: string) => Uint8Array | undefined;
  bigEndian: boolean;
}

/**
 * The tensors of an unpacked archive, given its entries by name. Dicts and lists are flattened to dotted names
 * (`model.0.weight`; a tensor that stands alone is named ""), in their order. Numbers, strings and what else is no tensor
 * become metadata under such names. Elements become those of `hostArrayOf`.
 * @throws FormatError naming the entry, the opcode or global and its byte, or the tensor
 */
export function decode(entries: ReadonlyMap<string, Uint8Array>, options: PthOptions = {}): Contents {
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickles.length !== 1) refuse(`expected one entry FOLDER/data.pkl, got ${pickles.length}`);
  const folder = pickles[0].slice(0, -"data.pkl".length);
  const order = entries.get(`${folder}byteorder`);
  const word = order === undefined ? "little" : new TextDecoder().decode(order.subarray(0, 16));
  if (word !== "little" && word !== "big") refuse(`byteorder "${word}"; legal are "little" and "big"`);
  const [value] = readPickle(entries.get(pickles[0])!, { globals: torchGlobals, persistent: storageOf });
  const bytes = (key: string): Uint8Array | undefined => entries.get(`${folder}data/${key}`);
  const size = [...entries.values()].reduce((sum, { length }) => sum + length, 0);
  return flatten(value, { bytes, bigEndian: word === "big" }, options.limit ?? limitOf(size));
}

/** Whether a file begins as those before PyTorch 1.6 do: with a pickle of the magic number. */
export function isLegacy(bytes: Uint8Array): boolean {
  const start = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  return start.every((byte, i) => bytes[i] === byte);
}

/**
 * The tensors of a file in the format before PyTorch 1.6, or of `_use_new_zipfile_serialization=False`; as `decode`.
 * @throws FormatError naming what is wrong
 */
export function decodeLegacy(bytes: Uint8Array, options: PthOptions = {}): Contents {
  const named = new Map<string, Storage>();
  const persistent = (id: unknown): Storage | undefined => {
    const storage = storageOf(id);
    if (storage !== undefined) named.set(storage.key, storage);
    return storage;
  };
  let next = 0;
  const read = (): unknown => {
    const [value, end] = readPickle(bytes, { globals: torchGlobals, persistent, start: next });
    next = end;
    return value;
  };
  if (read() !== legacyMagic) refuse("the file does not begin with the magic number of PyTorch");
  if (read() !== legacyVersion) refuse(`the file is not of version ${legacyVersion}`);
  const facts = read();
  if (!(facts instanceof Map)) refuse("the facts about the writer are no dict");
  const value = read();
  const keys = read();
  if (!Array.isArray(keys)) refuse("the keys of the storages are no list");

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = new Map<string, Uint8Array>();
  for (const key of keys as unknown[]) {
    const storage = typeof key === "string" ? named.get(key) : undefined;
    if (storage === undefined || found.has(storage.key)) refuse("the keys are not those of the storages");
    const start = next + 8;
    next = start + storage.count * bytesPer[storage.type];
    if (next > bytes.length)
      refuse(`truncated in storage "${storage.key}", expected ${next} bytes, got ${bytes.length}`);
    const count = view.getBigUint64(start - 8, true);
    if (count !== BigInt(storage.count)) {
      refuse(`storage "${storage.key}" has ${count} elements, expected ${storage.count}`);
    }
    found.set(storage.key, bytes.subarray(start, next));
  }
  if (next !== bytes.length) refuse(`the file is too long, expected ${next} bytes, got ${bytes.length}`);
  const storages = { bytes: (key: string) => found.get(key), bigEndian: facts.get("little_endian") === false };
  return flatten(value, storages, options.limit ?? limitOf(bytes.length));
}

function refuse(problem: string): never {
  throw new FormatError(`pth: ${problem}`);
}

const limitOf = (size: number): number => 16 * size + 2 ** 20;

/** Every tensor under its dotted name, and everything else as text. */
function flatten(root: unknown, storages: Storages, limit: number): Contents {
  const arrays = new Map<string, HostArray>();
  const metadata = new Map<string, string>();
  let values = 0;
  let spent = 0;
  const spend = (name: string, bytes: number): void => {
    if (arrays.has(name) || metadata.has(name)) refuse(`"${shown(name)}" is the name of two values`);
    spent += 2 * name.length + bytes;
    if (spent > limit) refuse(`"${shown(name)}" brings what is read to ${spent} bytes, over the limit of ${limit}`);
  };
  const visit = (value: unknown, name: string, depth: number): void => {
    values += Array.isArray(value) ? 1 + value.length : 1;
    // A container may hold itself, and shared ones may make a short pickle a large tree.
    if (depth > deepest) refuse(`"${shown(name)}" is nested deeper than ${deepest}`);
    if (values > mostValues) refuse(`more than ${mostValues} values`);
    if (name.length > longestName) refuse(`"${shown(name)}" is a name of more than ${longestName} characters`);
    if (value instanceof TensorView) {
      spend(name, 4 * countOf(value.shape));
      arrays.set(name, arrayOf(name, value, storages));
    } else if (isContainer(value)) {
      for (const [key, item] of value.entries()) visit(item, depth === 0 ? String(key) : `${name}.${key}`, depth + 1);
    } else {
      const length = lengthOf(value);
      if (length > longestText) refuse(`"${shown(name)}" is a text of more than ${longestText} characters`);
      spend(name, 2 * length);
      metadata.set(name, textOf(value));
    }
  };
  visit(root, "", 0);
  // fromEntries defines own properties, so that a tensor named __proto__ is one like any other.
  return { arrays: Object.fromEntries(arrays), metadata: Object.fromEntries(metadata) };
}

/** Whether a value is taken apart: dicts with items, and lists that hold more than words and numbers. */
function isContainer(value: unknown): value is Map<string | number, unknown> | unknown[] {
  if (value instanceof Map) return value.size > 0;
  return Array.isArray(value) && value.some((item) => typeof item === "object" && item !== null);
}

/** A value that is no tensor, as text; a list of such values as `[0.9, 0.999]`. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(", ")}]`;
  if (value instanceof Map) return "{}";
  if (value instanceof Global) return value.name;
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

/** How long `textOf` is at most, without making it. */
const lengthOf = (value: unknown): number =>
  Array.isArray(value) ? value.reduce((sum: number, item) => sum + textOf(item).length + 2, 2) : textOf(value).length;

const shown = (name: string): string => (name.length > 200 ? `${name.slice(0, 200)}…` : name);

/** The elements that a tensor looks at, dense and row-major. */
function arrayOf(
  name: string,
  { storage, offset, shape, strides }: TensorView,
  { bytes, bigEndian }: Storages,
): HostArray {
  const where = `pth: tensor "${shown(name)}"`;
  const { type, key, count } = storage;
  const size = bytesPer[type];
  const all = bytes(key);
  if (all === undefined) refuse(`tensor "${shown(name)}" looks at storage "${key}", which is missing`);
  if (all.length !== count * size) {
    refuse(`tensor "${shown(name)}" looks at storage "${key}" of ${count * size} bytes, got ${all.length}`);
  }
  const elements = countOf(shape);
  const end =
    elements === 0 ? 0 : shape.reduce((last, extent, axis) => last + (extent - 1) * strides[axis], offset) + 1;
  if (end > count) refuse(`tensor "${shown(name)}" ends at element ${end} of a storage of ${count}`);
  const start = elements === 0 ? 0 : offset * size;
  const stored = isDense(shape, strides)
    ? all.subarray(start, start + elements * size)
    : gather(all.subarray(start), size, shape, strides);
  return hostArrayOf(where, { type, shape, bytes: stored, bigEndian });
}

/** Whether elements follow each other as their row-major order says. */
function isDense(shape: readonly number[], strides: readonly number[]): boolean {
  return shape.every((extent, axis) => extent === 1 || strides[axis] === countOf(shape.slice(axis + 1)));
}

/** Copies elements of `size` bytes that are `strides` elements apart, in row-major order. */
function gather(bytes: Uint8Array, size: number, shape: readonly number[], strides: readonly number[]): Uint8Array {
  const result = new Uint8Array(countOf(shape) * size);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to += size) {
    for (let byte = 0; byte < size; byte++) result[to + byte] = bytes[from + byte];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis] * size;
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * size * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}
