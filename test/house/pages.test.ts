/** The pages of the house: one to a folder, and no link into nothing. */

import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { expect, test } from "vitest";

const folders = [
  "",
  "shaders",
  "engine",
  "engine/ops",
  "engine/compile",
  "nn",
  "ebm",
  "ebm/evaluation",
  "cli",
  "cli/web",
  "test",
  "bench",
  "bench/peers",
];
const pages = folders.map((folder) => posix.join(folder, "README.md"));

test.each(folders)("%s/ has a README.md", (folder) => {
  expect(existsSync(posix.join(folder, "README.md"))).toBe(true);
});

test.each(pages.filter((page) => existsSync(page)))("every link of %s leads to a file", (page) => {
  const targets = [...readFileSync(page, "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) => target);
  const missing = targets.filter((target) => !existsSync(posix.join(posix.dirname(page), target)));
  expect(missing).toEqual([]);
});
