/** One array as the bytes of a `.npy` file and back, and the members of an `.npz` archive, strictly. */
//
//   93 "NUMPY" major minor    version 1, 2 or 3
//   u16 or u32 little-endian  length of the header; u32 from version 2 on
//   header                    a Python dict, { 'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }, padded with
//                             spaces and a line feed so that the data begin at a multiple of 64
//   data                      the elements, row-major or, in Fortran order, column-major
//
// An f32 is written as <f4, a u32 as <u4, a bool as |b1, and a key [..] as <u4 [.., 2]; no file says that it holds keys.
// Format: numpy.lib.format, NEP 1.

import { wordsPer, type DType, type HostArray, type NamedArrays } from "../../engine/hostArray.ts";
import { FormatError } from "../formatError.ts";
import { countOf, hostArrayOf, type ElementType } from "./elements.ts";

const magic = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
// As numpy has them.
const largestHeader = 10_000;
const mostExtents = 64;
const suffix = ".npy";

const types: Readonly<Record<string, ElementType>> = {
  ...{ f2: "f16", f4: "f32", f8: "f64", b1: "bool" },
  ...{ i1: "i8", i2: "i16", i4: "i32", i8: "i64", u1: "u8", u2: "u16", u4: "u32", u8: "u64" },
};
const descriptions: Readonly<Record<DType, string>> = { f32: "<f4", u32: "<u4", key: "<u4", bool: "|b1" };

interface Header {
  descr: string;
  fortranOrder: boolean;
  shape: number[];
}

/** Whether a file begins as `.npy` files do. */
export const isNpy = (bytes: Uint8Array): boolean => magic.every((byte, i) => bytes[i] === byte);

/**
 * The bytes of a `.npy` file of version 1 that holds `array` in row-major order.
 * @throws RangeError when the data do not fill the shape, or the shape has more than 64 extents
 */
export function encode({ dtype, shape, data }: HostArray): Uint8Array {
  const expected = countOf(shape) * wordsPer(dtype);
  if (data.length !== expected) {
    throw new RangeError(`npy: ${dtype} [${shape.join(", ")}] takes ${expected} words, got ${data.length}`);
  }
  const extents = dtype === "key" ? [...shape, 2] : shape;
  if (extents.length > mostExtents)
    throw new RangeError(`npy: ${extents.length} extents are over the limit of ${mostExtents}`);
  const tuple = extents.map((extent) => `${extent},`).join(" ");
  const dict = `{'descr': '${descriptions[dtype]}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const start = Math.ceil((10 + dict.length + 1) / 64) * 64;
  if (start - 10 > largestHeader)
    throw new RangeError(`npy: a shape of ${shape.length} extents does not fit its header`);

  const elements = dtype === "bool" ? Uint8Array.from(data) : bytesOf(data);
  const bytes = new Uint8Array(start + elements.length).fill(0x20, 0, start);
  bytes.set(magic);
  bytes.set([1, 0, (start - 10) & 255, (start - 10) >> 8], 6);
  bytes.set(new TextEncoder().encode(dict), 10);
  bytes[start - 1] = 0x0a;
  bytes.set(elements, start);
  return bytes;
}

/**
 * The array of a `.npy` file of version 1, 2 or 3, row-major whatever its order in the file; a copy.
 * Elements f2 f4 f8, i1 to i8, u1 to u8 and b1 become those of `hostArrayOf`.
 * @throws FormatError naming what is wrong
 */
export function decode(bytes: Uint8Array): HostArray {
  const [text, start] = readHeader(bytes);
  const { descr, fortranOrder, shape } = parseHeader(text);
  const type = types[descr.slice(1)];
  if (type === undefined || !"<>|=".includes(descr[0])) {
    refuse(`descr '${descr}'; known are ${Object.keys(types).join(", ")} after <, > or |`);
  }
  const stored = { type, shape, bytes: bytes.subarray(start), bigEndian: descr.startsWith(">") };
  const array = hostArrayOf("npy: the array", stored);
  return fortranOrder ? { ...array, data: transposed(array.data, shape) } : array;
}

/** The entries of an `.npz` archive by name: each array as the file NAME.npy. */
export const encodeMembers = (arrays: NamedArrays): Map<string, Uint8Array> =>
  new Map(Object.entries(arrays).map(([name, array]) => [name + suffix, encode(array)]));

/**
 * The arrays of an unpacked `.npz` archive, by the names of its entries without `.npy`.
 * @throws FormatError naming the entry that is no array
 */
export function decodeMembers(entries: ReadonlyMap<string, Uint8Array>): NamedArrays {
  const arrays = [...entries].map(([entry, bytes]): [string, HostArray] => {
    if (!entry.endsWith(suffix)) throw new FormatError(`npz: entry "${entry}" is not named as an array, NAME.npy`);
    try {
      return [entry.slice(0, -suffix.length), decode(bytes)];
    } catch (error) {
      throw error instanceof FormatError ? new FormatError(`npz: entry "${entry}": ${error.message}`) : error;
    }
  });
  return Object.fromEntries(arrays);
}

function refuse(problem: string): never {
  throw new FormatError(`npy: ${problem}`);
}

/** The text of the header, and where the data begin. */
function readHeader(bytes: Uint8Array): [string, number] {
  if (!isNpy(bytes)) refuse("the file does not begin with 93 4e 55 4d 50 59");
  const version = bytes[6];
  if (version !== 1 && version !== 2 && version !== 3) refuse(`version ${version}; known are 1, 2 and 3`);
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) refuse(`the header is truncated, expected ${start} bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > largestHeader) refuse(`a header of ${length} bytes is over the limit of ${largestHeader}`);
  const end = start + length;
  if (bytes.length < end) refuse(`the header is truncated, expected ${end} bytes, got ${bytes.length}`);
  return [new TextDecoder("latin1").decode(bytes.subarray(start, end)), end];
}

/** One entry of the dict: a name, and its value as text of the form that this name has. */
const entry =
  /\s*(?:(['"])descr\1\s*:\s*(['"])(?<descr>[^'"]*)\2|(['"])fortran_order\4\s*:\s*(?<order>True|False)|(['"])shape\6\s*:\s*\((?<shape>[\d\s,]*)\))\s*(?<comma>,?)/y;

function parseHeader(text: string): Header {
  const values: Record<string, string> = {};
  let at = /^\s*\{/.exec(text)?.[0].length ?? refuse(`the header is not a dict, got ${text.slice(0, 40)}`);
  for (let comma = true; comma;) {
    entry.lastIndex = at;
    const found = entry.exec(text);
    if (found === null) break;
    const { comma: separator, ...named } = found.groups as Record<string, string | undefined>;
    for (const [name, value] of Object.entries(named)) {
      if (value === undefined) continue;
      if (name in values) refuse(`the header says ${name} twice`);
      values[name] = value;
    }
    comma = separator === ",";
    at = entry.lastIndex;
  }
  if (!/^\s*\}\s*$/.test(text.slice(at)))
    refuse(`the header is not understood from ${text.slice(at, at + 40).trim()} on`);
  const { descr, order, shape } = values;
  if (descr === undefined || order === undefined || shape === undefined) {
    refuse("the header lacks one of descr, fortran_order and shape");
  }
  return { descr, fortranOrder: order === "True", shape: readShape(shape) };
}

/** The extents of a Python tuple without its parentheses: nothing, `3,` or `3, 4`. */
function readShape(tuple: string): number[] {
  if (tuple.trim() === "") return [];
  const items = tuple.split(",").map((item) => item.trim());
  if (items.length < 2) refuse(`shape (${tuple}) is a number, not a tuple`);
  if (items.at(-1) === "") items.pop();
  const extents = items.map(Number);
  if (items.some((item) => !/^\d+$/.test(item)) || !extents.every(Number.isSafeInteger)) {
    refuse(`shape (${tuple}) is not a tuple of extents`);
  }
  if (extents.length > mostExtents) refuse(`${extents.length} extents are over the limit of ${mostExtents}`);
  return extents;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: HostArray["data"]): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Column-major elements in row-major order. */
function transposed(data: HostArray["data"], shape: readonly number[]): HostArray["data"] {
  const result = data.slice();
  const strides = shape.map((_, axis) => countOf(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    result[to] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}
