/** Named arrays as safetensors bytes and back, strictly: what is not exactly well formed is refused. */
//
//   u64 little-endian  length of the header
//   header             JSON { name: { dtype, shape, data_offsets: [begin, end] }, "__metadata__": { string: string } },
//                      padded with spaces so that the data begin at a multiple of 8
//   data               the arrays, row-major, little-endian, without gaps
//
// f32 and u32 are stored as F32 and U32, a bool as one BOOL byte. A key [..] is stored as U32 [.., 2], and the metadata
// entry "keys" lists the names of such arrays. Other types are read, never written.

import { wordsPer, type DType, type HostArray, type NamedArrays } from "../../engine/hostArray.ts";
import { FormatError } from "../formatError.ts";
import { bytesPer, countOf, hostArrayOf, type ElementType } from "./elements.ts";

/** What a file holds: its arrays in the order of their data, and its free text by name. */
export interface Contents {
  arrays: NamedArrays;
  metadata: Record<string, string>;
}

const largestHeader = 100_000_000;
const metadataName = "__metadata__";
const keysName = "keys";
const types: Readonly<Record<string, ElementType>> = {
  ...{ F16: "f16", BF16: "bf16", F32: "f32", F64: "f64", BOOL: "bool" },
  ...{ I8: "i8", I16: "i16", I32: "i32", I64: "i64", U8: "u8", U16: "u16", U32: "u32", U64: "u64" },
};
const storedAs: Readonly<Record<DType, string>> = { f32: "F32", u32: "U32", key: "U32", bool: "BOOL" };

interface Entry {
  name: string;
  type: ElementType;
  shape: number[];
  begin: number;
  end: number;
}

/**
 * The bytes of a safetensors file that holds `arrays` and `metadata`; the same input gives the same bytes.
 * @throws RangeError when an array's data do not fill its shape, or a reserved name is taken
 */
export function encode(arrays: NamedArrays, metadata: Record<string, string> = {}): Uint8Array {
  if (keysName in metadata) throw new RangeError(`safetensors: metadata name "${keysName}" is reserved`);
  const keys = Object.entries(arrays).flatMap(([name, { dtype }]) => (dtype === "key" ? [name] : []));
  const fullMetadata = keys.length > 0 ? { ...metadata, [keysName]: JSON.stringify(keys) } : metadata;
  const header = new Map<string, unknown>();
  if (Object.keys(fullMetadata).length > 0) header.set(metadataName, fullMetadata);

  const pieces: Uint8Array[] = [];
  let end = 0;
  for (const [name, array] of Object.entries(arrays)) {
    if (name === metadataName) throw new RangeError(`safetensors: array name "${metadataName}" is reserved`);
    const piece = toBytes(name, array);
    const shape = array.dtype === "key" ? [...array.shape, 2] : array.shape;
    header.set(name, { dtype: storedAs[array.dtype], shape, data_offsets: [end, end + piece.length] });
    end += piece.length;
    pieces.push(piece);
  }

  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const dataStart = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(dataStart + end).fill(0x20, 8, dataStart);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - 8), true);
  bytes.set(text, 8);
  let offset = dataStart;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

/**
 * The arrays and metadata of a safetensors file; copies, so the bytes may be reused. Elements of types that are not ours
 * become those of `hostArrayOf`.
 * @throws FormatError naming the array or the place that is wrong
 */
export function decode(bytes: Uint8Array): Contents {
  const [header, dataStart] = readHeader(bytes);
  const { [metadataName]: rawMetadata, ...rawEntries } = header;
  const { [keysName]: rawKeys, ...metadata } = readMetadata(rawMetadata);
  const entries = Object.entries(rawEntries).map(([name, raw]) => readEntry(name, raw));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);

  let end = 0;
  for (const { name, begin, end: next } of entries) {
    if (begin > end) refuse(`a hole of ${begin - end} bytes before array "${name}"`);
    if (begin < end) refuse(`array "${name}" overlaps the one before it by ${end - begin} bytes`);
    end = next;
  }
  const found = bytes.length - dataStart;
  if (found !== end)
    refuse(`the data ${found < end ? "are truncated" : "are too long"}, expected ${end} bytes, got ${found}`);

  const keys = readKeys(rawKeys, entries);
  const arrays = entries.map((entry) => {
    const piece = bytes.subarray(dataStart + entry.begin, dataStart + entry.end);
    return [entry.name, fromBytes(entry, piece, keys.has(entry.name))] as const;
  });
  // fromEntries defines own properties, so that an array named __proto__ is an array like any other.
  return { arrays: Object.fromEntries(arrays), metadata };
}

function refuse(problem: string): never {
  throw new FormatError(`safetensors: ${problem}`);
}

function readHeader(bytes: Uint8Array): [Record<string, unknown>, number] {
  if (bytes.length < 8) refuse(`expected at least 8 bytes, got ${bytes.length}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > largestHeader) refuse(`a header of ${length} bytes is over the limit of ${largestHeader}`);
  const dataStart = 8 + Number(length);
  if (dataStart > bytes.length) refuse(`the header is truncated, expected ${length} bytes, got ${bytes.length - 8}`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, dataStart)));
  } catch (error) {
    refuse(`the header is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(header)) refuse("the header is not a JSON object");
  return [header, dataStart];
}

function readMetadata(raw: unknown): Record<string, string> {
  if (raw === undefined) return {};
  if (!isObject(raw)) refuse(`"${metadataName}" is not an object of strings`);
  for (const [name, value] of Object.entries(raw)) {
    if (typeof value !== "string") refuse(`metadata entry "${name}" is not a string`);
  }
  return raw as Record<string, string>;
}

function readEntry(name: string, raw: unknown): Entry {
  if (!isObject(raw)) refuse(`array "${name}" is not described by an object`);
  const { dtype, shape, data_offsets: offsets, ...rest } = raw;
  const [extra] = Object.keys(rest);
  if (extra !== undefined) refuse(`array "${name}" has an unknown member "${extra}"`);
  if (typeof dtype !== "string" || !Object.hasOwn(types, dtype)) {
    refuse(`array "${name}" has dtype ${JSON.stringify(dtype)}; known are ${Object.keys(types).join(", ")}`);
  }
  if (!isCounts(shape)) refuse(`array "${name}" has no valid shape, got ${JSON.stringify(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    refuse(`array "${name}" has no valid data_offsets, got ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  const type = types[dtype];
  const expected = countOf(shape) * bytesPer[type];
  if (end - begin !== expected) {
    refuse(`array "${name}" ${dtype} [${shape.join(", ")}] takes ${expected} bytes, got ${end - begin}`);
  }
  return { name, type, shape, begin, end };
}

/** The names of the arrays that are keys; each must be a U32 array that ends in an extent of 2. */
function readKeys(raw: string | undefined, entries: Entry[]): Set<string> {
  if (raw === undefined) return new Set();
  let names: unknown;
  try {
    names = JSON.parse(raw);
  } catch {
    names = null;
  }
  if (!Array.isArray(names)) refuse(`metadata entry "${keysName}" is not a JSON list of names`);
  const keyLike = new Set(entries.filter((e) => e.type === "u32" && e.shape.at(-1) === 2).map((e) => e.name));
  for (const name of names) {
    if (typeof name !== "string" || !keyLike.has(name)) {
      refuse(`${JSON.stringify(name)} is listed as a key but is no U32 array [.., 2]`);
    }
  }
  return new Set(names as string[]);
}

function toBytes(name: string, { dtype, shape, data }: HostArray): Uint8Array {
  const expected = shape.reduce((product, extent) => product * extent, wordsPer(dtype));
  if (data.length !== expected || data instanceof Float32Array !== (dtype === "f32")) {
    const got = `${data.length} in a ${data.constructor.name}`;
    throw new RangeError(
      `safetensors: array "${name}" ${dtype} [${shape.join(", ")}] takes ${expected} words, got ${got}`,
    );
  }
  const stray = dtype === "bool" ? data.find((word) => word > 1) : undefined;
  if (stray !== undefined) throw new RangeError(`safetensors: array "${name}" bool holds ${stray}; legal are 0 and 1`);
  return dtype === "bool" ? Uint8Array.from(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function fromBytes({ name, type, shape }: Entry, bytes: Uint8Array, isKey: boolean): HostArray {
  const array = hostArrayOf(`safetensors: array "${name}"`, { type, shape, bytes });
  return isKey ? { ...array, dtype: "key", shape: shape.slice(0, -1) } : array;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
