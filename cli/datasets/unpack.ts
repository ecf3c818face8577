/** Archives of data sets into folders. */

import { createReadStream } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { unpackTar } from "modern-tar/fs";
import { FormatError } from "../../nn/formatError.ts";
import { unzip } from "../files/zip.ts";

/** What a zip archive may unpack to, in bytes. */
const largest = 2 ** 31;

/**
 * Unpacks an archive into a folder, without the first `strip` folders of its members' names.
 * @throws FormatError where a member would land outside the folder; whatever is wrong with the archive or the disk
 */
export async function unpack(
  archive: string,
  { kind, strip }: { kind: "tar.gz" | "zip"; strip: number },
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (kind === "tar.gz") {
    await pipeline(createReadStream(archive), createGunzip(), unpackTar(folder, { strip, fmode: 0o644, dmode: 0o755 }));
    return;
  }
  for (const [name, bytes] of unzip(await readFile(archive), largest)) {
    const parts = name.split("/");
    if (name.endsWith("/") || parts.length <= strip) continue;
    if (/[\\:\0]/.test(name) || parts.some((part) => part === "" || part === "." || part === ".."))
      throw new FormatError(`${archive}: member "${name}" is no name of a file below the folder`);
    const path = join(folder, ...parts.slice(strip));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
}
