/** Names that no file has yet. */

import { list } from "#host";

/** `NAME-1`, or with the first number that nothing in the folder has: no file `NAME-1.png`, and none of several, `NAME-1-fresh.png`. */
export async function freeStem(folder: string, name: string): Promise<string> {
  const files = await list(folder);
  for (let n = 1; ; n++) {
    const stem = `${name}-${n}`;
    if (!files.some((file) => file.startsWith(`${stem}.`) || file.startsWith(`${stem}-`))) return stem;
  }
}
