/** Downloads of files that are known beforehand by size and SHA-256: from several places, continued where they were cut off. */

import { createHash, type Hash } from "node:crypto";
import { open, rename, type FileHandle } from "node:fs/promises";
import { Failure, reasonOf } from "../failure.ts";
import type { RemoteFile } from "./dataSet.ts";

export interface DownloadOptions {
  /** Aborted when a person wants to stop: what has come stays for the next time. */
  stop: AbortSignal;
  /** Told how many bytes are there, again and again. */
  show(done: number): void;
  /** Told in a line when a place fails and another is tried. */
  tell(line: string): void;
}

/** Times that one place is asked again after its connection was cut, as long as each time something came. */
const attempts = 5;

/** What a place did wrong; another one may do better. */
class PlaceError extends Error {}

/**
 * Brings a file to `path`, which appears whole and verified or not at all; what has come of it so far is in `path.part`.
 * @throws Failure that tells what each place did wrong, or that the disk cannot be written; an AbortError when stopped
 */
export async function download(remote: RemoteFile, path: string, options: DownloadOptions): Promise<void> {
  const part = `${path}.part`;
  const problems: string[] = [];
  for (const url of remote.urls) {
    for (let attempt = 0, before = -1; attempt < attempts; attempt++) {
      const file = await onDisk(part, () => open(part, "a+"));
      try {
        const { size } = await file.stat();
        // Another try only where something came, or where what came was no use and is gone.
        if (size === before) break;
        before = size;
        await complete(remote, url, { file, path: part }, options);
        await onDisk(part, () => file.sync());
        await onDisk(path, () => rename(part, path));
        return;
      } catch (error) {
        if (!(error instanceof PlaceError)) throw error;
        problems.push(`${url}: ${error.message}`);
        options.tell(`${remote.name}: ${url} ${error.message}`);
      } finally {
        await file.close();
      }
    }
  }
  throw new Failure("data", `${remote.name}: could not be downloaded\n  ${problems.join("\n  ")}`);
}

/** A file on disk that grows. */
interface Part {
  file: FileHandle;
  path: string;
}

/** Adds what is missing of a file, from one place, and verifies the whole; a whole file that is wrong is emptied. */
async function complete(remote: RemoteFile, url: string, part: Part, options: DownloadOptions): Promise<void> {
  let { hash, size } = await present(remote, part);
  if (size < remote.bytes) {
    const response = await request(url, size, options.stop);
    if (size > 0 && response.status !== 206) {
      // The place knows no ranges and sends everything.
      await empty(part);
      [hash, size] = [createHash("sha256"), 0];
    }
    for await (const bytes of bodyOf(response, options.stop)) {
      size += bytes.length;
      if (size > remote.bytes) {
        await empty(part);
        throw new PlaceError(`sends more than the ${remote.bytes} bytes of the file`);
      }
      await onDisk(part.path, () => part.file.appendFile(bytes));
      hash.update(bytes);
      options.show(size);
    }
    if (size < remote.bytes) throw new PlaceError(`ended after ${size} of ${remote.bytes} bytes`);
  }
  const found = hash.digest("hex");
  if (found === remote.sha256) return;
  await empty(part);
  throw new PlaceError(`has another file, of SHA-256 ${found}, expected ${remote.sha256}`);
}

/** The digest so far of what is there; more than there can be is dropped. */
async function present(remote: RemoteFile, part: Part): Promise<{ hash: Hash; size: number }> {
  const hash = createHash("sha256");
  const { size } = await part.file.stat();
  if (size > remote.bytes) {
    await empty(part);
    return { hash, size: 0 };
  }
  const piece = Buffer.alloc(2 ** 20);
  for (let at = 0; at < size;) {
    const { bytesRead } = await onDisk(part.path, () => part.file.read(piece, 0, piece.length, at));
    hash.update(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
  return { hash, size };
}

const empty = (part: Part): Promise<void> => onDisk(part.path, () => part.file.truncate(0));

/** The answer of a place that has the file, from byte `start` on if it can. */
async function request(url: string, start: number, stop: AbortSignal): Promise<Response> {
  const headers = new Headers({ "accept-encoding": "identity" });
  if (start > 0) headers.set("range", `bytes=${start}-`);
  const response = await fetch(url, { headers, signal: stop }).catch((error: unknown) => refuse(error, stop));
  if (!response.ok) throw new PlaceError(`answers ${response.status} ${response.statusText}`.trim());
  const began = response.headers.get("content-range") ?? "";
  if (response.status === 206 && !began.startsWith(`bytes ${start}-`))
    throw new PlaceError(`was asked for bytes from ${start} on and sends "${began}"`);
  return response;
}

async function* bodyOf({ body }: Response, stop: AbortSignal): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => refuse(error, stop));
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Passes an abort on, and says what else a connection suffered. */
function refuse(error: unknown, stop: AbortSignal): never {
  if (stop.aborted) throw error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  throw new PlaceError(`cannot be reached or was cut off, ${reasonOf(cause)}`);
}

async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Failure("usage", `${path}: cannot be written, ${reasonOf(error)}`, { cause: error });
  }
}
