/** The command as users run it: dist/ made from the present sources, once per test run. */

import { build } from "vite";

let building: Promise<unknown> | null = null;

/** Settles when dist/ is up to date. For tests that start `node dist/…` as a process of its own. */
export async function built(): Promise<void> {
  building ??= build({ logLevel: "error" });
  await building;
}
