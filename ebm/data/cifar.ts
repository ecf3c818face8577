/** Reads the binary files of CIFAR-10 and CIFAR-100, plain or gzipped. */
//
//   one record per image, without a header
//     1 byte          CIFAR-100 only: the coarse class, 0 to 19
//     1 byte          the class, 0 to 9 or 0 to 99
//     3 x 1024 bytes  the red, green and blue plane, each 32 rows of 32
//
// Format: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009.

import { FormatError } from "../../nn/formatError.ts";
import { unpacked, type NamedBytes } from "./gunzip.ts";
import type { Photographs } from "./photographs.ts";

/**
 * Which classes a file has, and which of them are wanted: those of CIFAR-10, the fine or coarse ones of CIFAR-100, or those of
 * flowers102 and dtd, whose excerpts have this layout too.
 */
export type CifarClasses = "cifar10" | "cifar100" | "cifar100-coarse" | "flowers102" | "dtd";

const pixels = 3 * 32 * 32;

/** Bytes before the pixels, which of them is the label, and how many classes there are. */
const layouts: Readonly<Record<CifarClasses, { labelBytes: number; label: number; classes: number }>> = {
  cifar10: { labelBytes: 1, label: 0, classes: 10 },
  cifar100: { labelBytes: 2, label: 1, classes: 100 },
  "cifar100-coarse": { labelBytes: 2, label: 0, classes: 20 },
  flowers102: { labelBytes: 1, label: 0, classes: 102 },
  dtd: { labelBytes: 1, label: 0, classes: 47 },
};

/**
 * The images of one or more files, one after the other.
 * @throws FormatError naming the file that is no whole number of records, or a label that is out of range
 */
export async function readCifar(files: readonly NamedBytes[], kind: CifarClasses): Promise<Photographs> {
  const { labelBytes, label, classes } = layouts[kind];
  const record = labelBytes + pixels;
  const batches = await Promise.all(files.map((file) => readRecords(file, record)));
  const count = batches.reduce((sum, { length }) => sum + length / record, 0);
  const images = new Uint8Array(count * pixels);
  const labels = new Uint8Array(count);
  let item = 0;
  for (const [i, batch] of batches.entries()) {
    for (let at = 0; at < batch.length; at += record, item++) {
      labels[item] = batch[at + label];
      if (labels[item] >= classes) {
        throw new FormatError(
          `${files[i].name}: record ${at / record} has label ${labels[item]}, expected 0 to ${classes - 1} (${kind})`,
        );
      }
      images.set(batch.subarray(at + labelBytes, at + record), item * pixels);
    }
  }
  return { images, count, channels: 3, height: 32, width: 32, labels };
}

async function readRecords(file: NamedBytes, record: number): Promise<Uint8Array> {
  const bytes = await unpacked(file);
  if (bytes.length === 0 || bytes.length % record !== 0) {
    throw new FormatError(`${file.name}: expected records of ${record} bytes, got ${bytes.length} bytes in all`);
  }
  return bytes;
}
