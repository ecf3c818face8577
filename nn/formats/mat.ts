/** Reads files of arrays that MATLAB saves (version 5 to 7, not 7.3, which is HDF5). */
//
//   128 bytes          116 of text, 8 of nothing, the version 0x0100, and "IM": little-endian
//   elements           u32 type, u32 bytes, the bytes, padded to whole 8; or, of up to 4 bytes, u16 type, u16 bytes, 4 bytes
//   type 15            a zlib stream that holds one element; not padded
//   type 14, a matrix  elements: flags, of which the lowest byte is the class; extents; name; numbers, the first axis fastest
//
// Format: MathWorks, "MAT-File Format", 2021, chapter 1.

import { FormatError } from "../formatError.ts";
import { inflated, type NamedBytes } from "./inflate.ts";

type Numbers =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** Numbers with extents, the first axis fastest; of the type in which they are stored, which need not be that of the variable. */
export interface MatArray {
  shape: number[];
  data: Numbers;
}

const HEADER = 128;
const MATRIX = 14;
const COMPRESSED = 15;

/** Types of numbers: how wide, and what they are read as. */
const stored: Readonly<Record<number, { width: number; read: (bytes: ArrayBuffer) => Numbers }>> = {
  1: { width: 1, read: (bytes) => new Int8Array(bytes) },
  2: { width: 1, read: (bytes) => new Uint8Array(bytes) },
  3: { width: 2, read: (bytes) => new Int16Array(bytes) },
  4: { width: 2, read: (bytes) => new Uint16Array(bytes) },
  5: { width: 4, read: (bytes) => new Int32Array(bytes) },
  6: { width: 4, read: (bytes) => new Uint32Array(bytes) },
  7: { width: 4, read: (bytes) => new Float32Array(bytes) },
  9: { width: 8, read: (bytes) => new Float64Array(bytes) },
};

/** Classes of variables that are arrays of numbers: double, single, and integers of 8 to 32 bits. */
const numeric = { first: 6, last: 13 };
/** Bits of the flags: a logical array is one of numbers too, a complex one is not. */
const COMPLEX = 0x800;

interface Element {
  type: number;
  bytes: Uint8Array;
}

/**
 * The arrays of numbers in a file, by name.
 * @throws FormatError naming the file, and the variable where one is known, for what is malformed or no array of real numbers
 */
export async function decode(file: NamedBytes): Promise<Map<string, MatArray>> {
  const { name, bytes } = file;
  const view = viewOf(bytes);
  if (bytes.length < HEADER) throw truncated(name, HEADER, bytes.length);
  const [version, endian] = [view.getUint16(124, true), String.fromCharCode(bytes[126], bytes[127])];
  if (version !== 0x100 || endian !== "IM") {
    const found = `version 0x${version.toString(16).padStart(4, "0")}, "${printable(endian)}"`;
    throw new FormatError(`${name}: not a little-endian MATLAB 5 file, expected version 0x0100 and "IM", got ${found}`);
  }
  const arrays = new Map<string, MatArray>();
  for (const element of elementsOf(bytes.subarray(HEADER), name)) {
    const [found, rest] =
      element.type === COMPRESSED
        ? elementsOf(await inflated({ name, bytes: element.bytes }, "deflate"), name)
        : [element];
    if (found === undefined || rest !== undefined || found.type !== MATRIX)
      throw new FormatError(
        `${name}: expected one matrix, type ${MATRIX}, got ${found === undefined ? "nothing" : `type ${found.type}`}`,
      );
    const [variable, array] = matrixOf(found.bytes, name);
    if (arrays.has(variable)) throw new FormatError(`${name}: the variable "${variable}" is there twice`);
    arrays.set(variable, array);
  }
  return arrays;
}

/** Elements one after the other, with nothing left over. */
function elementsOf(bytes: Uint8Array, name: string): Element[] {
  const view = viewOf(bytes);
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes.length < at + 8) throw truncated(name, at + 8, bytes.length);
    const [word, second] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    const isSmall = word >>> 16 !== 0;
    const [type, length] = isSmall ? [word & 0xffff, word >>> 16] : [word, second];
    if (isSmall && length > 4) throw new FormatError(`${name}: a small element of ${length} bytes, at most 4 fit`);
    const start = at + (isSmall ? 4 : 8);
    if (bytes.length < start + length) throw truncated(name, start + length, bytes.length);
    elements.push({ type, bytes: bytes.subarray(start, start + length) });
    const padded = type === COMPRESSED ? length : Math.ceil(length / 8) * 8;
    // The last element of a file need not be padded.
    at = isSmall ? at + 8 : Math.min(start + padded, bytes.length);
  }
  return elements;
}

/** The name of a variable and its numbers. */
function matrixOf(bytes: Uint8Array, name: string): [string, MatArray] {
  const [flags, extents, label, real, imaginary] = elementsOf(bytes, name);
  if (flags?.type !== 6 || flags.bytes.length !== 8 || extents?.type !== 5 || label?.type !== 1)
    throw new FormatError(`${name}: a matrix does not begin with flags, extents and a name`);
  const variable = new TextDecoder("latin1").decode(label.bytes);
  const where = `${name}, "${printable(variable)}"`;
  const word = viewOf(flags.bytes).getUint32(0, true);
  const kind = word & 0xff;
  if (kind < numeric.first || kind > numeric.last)
    throw new FormatError(`${where}: class ${kind}, expected numbers, ${numeric.first} to ${numeric.last}`);
  if ((word & COMPLEX) !== 0 || imaginary !== undefined)
    throw new FormatError(`${where}: complex numbers are not read`);
  const shape = Array.from(copied(extents.bytes, 4, where, (buffer) => new Int32Array(buffer)));
  if (shape.length < 2 || shape.some((extent) => extent < 0))
    throw new FormatError(`${where}: expected two extents or more, none negative, got [${shape.join(", ")}]`);
  const type = real === undefined ? undefined : stored[real.type];
  if (type === undefined)
    throw new FormatError(
      `${where}: ${real === undefined ? "there are no numbers" : `numbers of type ${real.type} are not read`}`,
    );
  const data = copied(real.bytes, type.width, where, type.read);
  const expected = shape.reduce((product, extent) => product * extent, 1);
  if (data.length !== expected)
    throw new FormatError(`${where}: ${data.length} numbers for the extents [${shape.join(", ")}]`);
  return [variable, { shape, data }];
}

/** Numbers of some width, in memory of their own, for they may lie at any place. */
function copied<T>(bytes: Uint8Array, width: number, where: string, read: (buffer: ArrayBuffer) => T): T {
  if (bytes.length % width !== 0)
    throw new FormatError(`${where}: ${bytes.length} bytes are no whole number of ${width}-byte numbers`);
  return read(new Uint8Array(bytes).buffer);
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const printable = (text: string): string => text.replace(/[^ -~]/g, "?");

const truncated = (name: string, expected: number, found: number): FormatError =>
  new FormatError(`${name}: MATLAB file is truncated, expected ${expected} bytes, got ${found}`);
