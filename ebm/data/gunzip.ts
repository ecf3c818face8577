/** Files of data sets that may be gzipped. */

import { inflated, type NamedBytes } from "../../nn/formats/inflate.ts";

export type { NamedBytes };

/**
 * The bytes of a file, unpacked if it is gzipped, which is recognised by its first two bytes.
 * @throws FormatError when the gzip file is truncated or damaged, or unpacks to more than 2 GiB
 */
export const unpacked = (file: NamedBytes): Promise<Uint8Array> =>
  file.bytes[0] === 0x1f && file.bytes[1] === 0x8b ? inflated(file, "gzip") : Promise.resolve(file.bytes);
