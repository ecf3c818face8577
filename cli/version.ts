/** The version of this package, from its package.json. */

import { createRequire } from "node:module";

/** `0.1.0` */
export function packageVersion(): string {
  const { version } = createRequire(import.meta.url)("webgpu-ebm/package.json") as { version: string };
  return version;
}
