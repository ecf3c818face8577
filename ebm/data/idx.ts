/** Reads idx files, the format of MNIST and its relatives, plain or gzipped. */
//
//   00 00 08 ndim      08 means unsigned bytes
//   ndim x u32         the extents, big-endian
//   bytes              row-major; in images 0 is the background and 255 is ink

import { FormatError } from "../../nn/formatError.ts";
import { unpacked, type NamedBytes } from "./gunzip.ts";

/** Bytes with a shape, as an idx file holds them. */
export interface Idx {
  shape: number[];
  data: Uint8Array;
}

/** Grey images `[count, 1, height, width]` with their labels, which are null when there are none. */
export interface IdxImages {
  images: Uint8Array;
  count: number;
  channels: 1;
  height: number;
  width: number;
  labels: Uint8Array | null;
}

/**
 * The contents of an idx file of unsigned bytes, plain or gzipped.
 * @throws FormatError naming the file, what was expected and what was found
 */
export async function readIdx({ name, bytes }: NamedBytes): Promise<Idx> {
  const file = await unpacked({ name, bytes });
  const ndim = file[3] ?? 0;
  if (file[0] !== 0 || file[1] !== 0 || file[2] !== 8 || ndim === 0) {
    throw new FormatError(`${name}: not an idx file of bytes, expected it to begin 00 00 08 0n, got ${hex(file, 4)}`);
  }
  const start = 4 + 4 * ndim;
  if (file.length < start) throw truncated(name, start, file.length);
  const view = new DataView(file.buffer, file.byteOffset);
  const shape = Array.from({ length: ndim }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = shape.reduce((product, extent) => product * extent, 1) + start;
  if (file.length < expected) throw truncated(`${name} [${shape.join(", ")}]`, expected, file.length);
  if (file.length > expected) {
    throw new FormatError(
      `${name} [${shape.join(", ")}]: idx file is too long, expected ${expected} bytes, got ${file.length}`,
    );
  }
  return { shape, data: file.subarray(start) };
}

/**
 * Images from an idx3 file and, unless `labels` is null, their labels from an idx1 file.
 * @throws FormatError when a file is malformed, is of the other kind, or the two do not belong together
 */
export async function readIdxImages(images: NamedBytes, labels: NamedBytes | null): Promise<IdxImages> {
  const pictures = await readRank(images, 3);
  const [count, height, width] = pictures.shape;
  const classes = labels === null ? null : await readRank(labels, 1);
  if (labels !== null && classes !== null && classes.shape[0] !== count) {
    throw new FormatError(`${labels.name}: ${classes.shape[0]} labels for ${count} images (${images.name})`);
  }
  return { images: pictures.data, count, channels: 1, height, width, labels: classes?.data ?? null };
}

async function readRank(file: NamedBytes, rank: number): Promise<Idx> {
  const idx = await readIdx(file);
  if (idx.shape.length === rank) return idx;
  throw new FormatError(`${file.name}: expected ${rank} extents, got ${idx.shape.length} [${idx.shape.join(", ")}]`);
}

const truncated = (name: string, expected: number, found: number): FormatError =>
  new FormatError(`${name}: idx file is truncated, expected ${expected} bytes, got ${found}`);

const hex = (bytes: Uint8Array, count: number): string =>
  Array.from(bytes.subarray(0, count), (byte) => byte.toString(16).padStart(2, "0")).join(" ") || "nothing";
