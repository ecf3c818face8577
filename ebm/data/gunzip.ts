/** Files of data sets that may be gzipped. */

import { FormatError } from "../../nn/formatError.ts";

/** A file's name, for messages, and its bytes. */
export interface NamedBytes {
  name: string;
  bytes: Uint8Array;
}

/** What a gzipped file may unpack to, in bytes. */
const largest = 2 ** 31;

/**
 * The bytes of a file, unpacked if it is gzipped, which is recognised by its first two bytes.
 * @throws FormatError when the gzip file is truncated or damaged, or unpacks to more than 2 GiB
 */
export async function unpacked({ name, bytes }: NamedBytes): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      pieces.push(next.value);
      length += next.value.length;
      if (length > largest) break;
    }
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new FormatError(`${name}: gzip file of ${bytes.length} bytes is truncated or damaged (${String(reason)})`);
  }
  if (length > largest) {
    await reader.cancel();
    throw new FormatError(`${name}: gzip file of ${bytes.length} bytes unpacks to more than ${largest} bytes`);
  }
  return joined(pieces, length);
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
