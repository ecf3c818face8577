/** Compressed bytes, unpacked as far as memory should go. */

import { FormatError } from "../formatError.ts";

/** A file's name, for messages, and its bytes. */
export interface NamedBytes {
  name: string;
  bytes: Uint8Array;
}

/** What a compressed file may unpack to, in bytes. */
const largest = 2 ** 31;

/** What people call the formats. */
const names = { gzip: "gzip file", deflate: "zlib stream" } as const;

/**
 * The bytes that a gzip file or a zlib stream holds.
 * @throws FormatError when it is truncated or damaged, or unpacks to more than 2 GiB
 */
export async function inflated({ name, bytes }: NamedBytes, format: keyof typeof names): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream(format));
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
    throw new FormatError(
      `${name}: ${names[format]} of ${bytes.length} bytes is truncated or damaged (${String(reason)})`,
    );
  }
  if (length > largest) {
    await reader.cancel();
    throw new FormatError(`${name}: ${names[format]} of ${bytes.length} bytes unpacks to more than ${largest} bytes`);
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
