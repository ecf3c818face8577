/** Files of text, on whatever host. */

import { readFile } from "#host";

/** The text of a file, null if there is none. */
export async function readText(path: string): Promise<string | null> {
  const bytes = await readFile(path);
  return bytes && new TextDecoder().decode(bytes);
}
