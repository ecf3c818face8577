/** Zip archives as entries by name and back; what is not exactly well formed, or too large, is refused before it is unpacked. */
//
//   for each entry    a local header (30 bytes, name, extra), and its bytes, stored or deflated
//   directory         for each entry 46 bytes, name, extra, comment; only this one is believed about sizes and places
//   end               22 bytes and a comment
//
// Archives of 4 GiB or 65535 entries need other headers (zip64) and are refused. Format: APPNOTE.TXT of PKWARE.

import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import { FormatError } from "../../nn/formatError.ts";

const localSignature = 0x04034b50;
const directorySignature = 0x02014b50;
const endSignature = 0x06054b50;
const localBytes = 30;
const directoryBytes = 46;
const endBytes = 22;
const longestComment = 0xffff;
/** Bits of an entry's flags: encrypted, and a name in UTF-8. */
const encrypted = 1;
const utf8 = 0x800;
const stored = 0;
const deflated = 8;
/** 1 January 1980 in the format of DOS: the same entries give the same bytes. */
const date = 0x0021;

interface Entry {
  name: string;
  method: number;
  crc: number;
  packed: number;
  size: number;
  /** where its local header begins */
  header: number;
}

/** Whether a file begins as archives do, also those without entries. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6));

/**
 * The unpacked entries of an archive, in the order of its directory. Their sizes are summed before anything is unpacked,
 * and their checksums compared.
 * @throws FormatError when the archive is malformed, or its entries take more than `limit` bytes
 */
export function unzip(bytes: Uint8Array, limit: number): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = readDirectory(bytes, view);
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > limit) refuse(`its entries take ${total} bytes, over the limit of ${limit}`);
  const unpacked = new Map<string, Uint8Array>();
  for (const entry of entries) {
    if (unpacked.has(entry.name)) refuse(`entry "${entry.name}" is there twice`);
    unpacked.set(entry.name, unpack(bytes, view, entry));
  }
  return unpacked;
}

/** The bytes of an archive of these entries, deflated; the same entries give the same bytes. */
export function zip(entries: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const files: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let header = 0;
  for (const [name, data] of entries) {
    const packed = deflateRawSync(data);
    const text = new TextEncoder().encode(name);
    // Both headers share: version 2.0, flags, method, time, date, checksum, sizes, length of the name, no extra.
    const shared = [u16(20), u16(utf8), u16(deflated), u16(0), u16(date), u32(crc32(data)), u32(packed.length)];
    shared.push(u32(data.length), u16(text.length), u16(0));
    const file = Buffer.concat([u32(localSignature), ...shared, text, packed]);
    files.push(file);
    // Version made by; no comment, first disk, no attributes, and where the local header is.
    directory.push(u32(directorySignature), u16(20), ...shared, u16(0), u16(0), u16(0), u32(0), u32(header), text);
    header += file.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  if (entries.size >= 0xffff || header + size >= 0xffffffff) {
    throw new RangeError(
      `zip: ${entries.size} entries of ${header} bytes in all are too many, or too large for one archive`,
    );
  }
  const counts = [u16(0), u16(0), u16(entries.size), u16(entries.size), u32(size), u32(header), u16(0)];
  return Buffer.concat([...files, ...directory, u32(endSignature), ...counts]);
}

function refuse(problem: string): never {
  throw new FormatError(`zip: ${problem}`);
}

function readDirectory(bytes: Uint8Array, view: DataView): Entry[] {
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  const length = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  if (count === 0xffff || length === 0xffffffff || start === 0xffffffff)
    refuse("archives of 4 GiB (zip64) are not read");
  if (start + length > end) refuse(`the directory ends at byte ${start + length}, behind the archive's end at ${end}`);
  const entries: Entry[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + directoryBytes > start + length) refuse(`the directory is truncated at entry ${i} of ${count}`);
    if (view.getUint32(at, true) !== directorySignature) refuse(`entry ${i} of the directory has no signature`);
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const next = at + directoryBytes + lengths[0] + lengths[1] + lengths[2];
    if (next > start + length) refuse(`the directory is truncated at entry ${i} of ${count}`);
    const name = nameOf(bytes.subarray(at + directoryBytes, at + directoryBytes + lengths[0]));
    entries.push(readEntry(view, at, name));
    at = next;
  }
  if (at !== start + length) refuse(`the directory is ${start + length - at} bytes longer than its ${count} entries`);
  return entries;
}

/** Where the end record begins: a comment may follow, which must reach to the last byte. */
function findEnd(view: DataView): number {
  const last = view.byteLength - endBytes;
  for (let at = last; at >= Math.max(0, last - longestComment); at--) {
    if (view.getUint32(at, true) === endSignature && at + view.getUint16(at + 20, true) === last) return at;
  }
  return refuse("the archive has no end, it is truncated or none");
}

function readEntry(view: DataView, at: number, name: string): Entry {
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const packed = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  if ((flags & encrypted) !== 0) refuse(`entry "${name}" is encrypted`);
  if (method !== stored && method !== deflated) {
    refuse(`entry "${name}" is packed by method ${method}; known are 0 (stored) and 8 (deflated)`);
  }
  if (method === stored && packed !== size) refuse(`entry "${name}" is stored in ${packed} bytes, expected ${size}`);
  return { name, method, crc: view.getUint32(at + 16, true), packed, size, header: view.getUint32(at + 42, true) };
}

function unpack(bytes: Uint8Array, view: DataView, { name, method, crc, packed, size, header }: Entry): Uint8Array {
  if (header + localBytes > bytes.length || view.getUint32(header, true) !== localSignature) {
    refuse(`entry "${name}" is not at byte ${header}`);
  }
  const start = header + localBytes + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  if (start + packed > bytes.length)
    refuse(`entry "${name}" is truncated, expected ${start + packed} bytes, got ${bytes.length}`);
  const piece = bytes.subarray(start, start + packed);
  const data = method === stored ? piece : inflate(name, piece, size);
  if (data.length !== size) refuse(`entry "${name}" unpacks to ${data.length} bytes, expected ${size}`);
  if (crc32(data) !== crc) refuse(`entry "${name}" is damaged, its checksum is wrong`);
  return data;
}

function inflate(name: string, piece: Uint8Array, size: number): Uint8Array {
  try {
    return inflateRawSync(piece, { maxOutputLength: Math.max(1, size) });
  } catch (error) {
    return refuse(`entry "${name}" is damaged, ${(error as Error).message}`);
  }
}

function nameOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse("the name of an entry is not UTF-8");
  }
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
