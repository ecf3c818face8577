/** The software Vulkan driver that @sparticuz/chromium carries, unpacked into the user's cache once per version. */

import { accessSync, constants, createReadStream, existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir, tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { unpackTar } from "modern-tar/fs";

/** Where @sparticuz/chromium keeps its archives; null if it is not installed or has none for this machine. */
export function chromiumPackage(): { bin: string; version: string } | null {
  if (process.platform !== "linux" || process.arch !== "x64") return null;
  try {
    const root = join(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "..", "..");
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    return { bin: join(root, "bin"), version };
  } catch {
    return null;
  }
}

/** The folder with SwiftShader and a Vulkan loader; null if @sparticuz/chromium is not installed. */
export async function swiftshader(): Promise<string | null> {
  const chromium = chromiumPackage();
  if (chromium === null) return null;
  const archive = join(chromium.bin, "swiftshader.tar.br");
  return cached(`swiftshader-${chromium.version}`, (folder) => unpack(archive, folder));
}

/** Unpacks a `.tar.br` file into `folder`. */
export function unpack(archive: string, folder: string): Promise<void> {
  return pipeline(createReadStream(archive), createBrotliDecompress(), unpackTar(folder));
}

/**
 * The folder `name` of the user's cache, filled by `fill` unless it is there already.
 * Any number of processes may ask at once: each fills a folder of its own, and the first to rename it wins.
 */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const goal = join(cacheFolder(), name);
  if (existsSync(goal)) return goal;
  const draft = mkdtempSync(`${goal}.`);
  try {
    await fill(draft);
    renameSync(draft, goal);
  } catch (cause) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(goal)) throw cause;
  }
  return goal;
}

/** A folder that outlives the process and belongs to this user alone, since libraries are loaded from it. */
function cacheFolder(): string {
  const user = userInfo();
  const choices = [
    join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "webgpu-ebm"),
    join(tmpdir(), `webgpu-ebm-${user.uid}`),
  ];
  const folder = choices.find((choice) => {
    try {
      mkdirSync(choice, { recursive: true, mode: 0o700 });
      accessSync(choice, constants.W_OK);
      return statSync(choice).uid === user.uid;
    } catch {
      return false; // a read-only home is common in containers
    }
  });
  if (folder === undefined) throw new Error(`cacheFolder: none of these can be written: ${choices.join(", ")}`);
  return folder;
}
