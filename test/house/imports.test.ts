/** Imports point left: shaders ← engine ← nn ← ebm ← cli, and what loads in a browser depends on nothing. */

import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { posix } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const folders = ["shaders", "engine", "nn", "ebm", "cli"];
const hosts = ["engine/platform/node.ts", "engine/platform/browser.ts"];

const files = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => posix.join(folder, name.replaceAll("\\", "/"))),
);

/** What is wrong with an import, as a sentence; null if nothing. */
function offence(file: string, specifier: string): string | null {
  const folder = file.split("/")[0];
  if (specifier.startsWith(".")) {
    const target = posix.join(posix.dirname(file), specifier);
    const place = folders.indexOf(target.split("/")[0]);
    if (place < 0) return `${file}: leaves the sources, got "${specifier}"`;
    if (place > folders.indexOf(folder)) return `${file}: imports to its right, got "${specifier}" (${folders[place]})`;
    if (folder !== "cli" && hosts.includes(target)) return `${file}: chooses its host, got "${specifier}" (#platform)`;
    return null;
  }
  if (specifier === "#host") return folder === "cli" ? null : `${file}: only cli has a host, got "#host" (#platform)`;
  if (specifier === "#platform") return folder === "shaders" ? `${file}: a shader has no platform` : null;
  if (file.startsWith("cli/web/") && isBuiltin(specifier)) return `${file}: no browser has "${specifier}"`;
  if (folder === "cli" || (file === "engine/platform/node.ts" && (isBuiltin(specifier) || specifier === "webgpu"))) {
    return null;
  }
  return `${file}: depends on a package or on Node, got "${specifier}"`;
}

test("every import points left and stays inside the house", () => {
  const offences = files.flatMap((file) =>
    ts
      .preProcessFile(readFileSync(file, "utf8"))
      .importedFiles.map(({ fileName }) => offence(file, fileName))
      .filter((sentence) => sentence !== null),
  );
  expect(files.length).toBeGreaterThan(10);
  expect(offences).toEqual([]);
});

test.each([
  ["engine/tensor.ts", "../nn/linear.ts", 'engine/tensor.ts: imports to its right, got "../nn/linear.ts" (nn)'],
  ["ebm/energy.ts", "../test/backend.ts", 'ebm/energy.ts: leaves the sources, got "../test/backend.ts"'],
  ["ebm/energy.ts", "zod", 'ebm/energy.ts: depends on a package or on Node, got "zod"'],
  ["nn/linear.ts", "node:fs", 'nn/linear.ts: depends on a package or on Node, got "node:fs"'],
  [
    "engine/tensor.ts",
    "./platform/node.ts",
    'engine/tensor.ts: chooses its host, got "./platform/node.ts" (#platform)',
  ],
  ["cli/web/app.ts", "node:fs", 'cli/web/app.ts: no browser has "node:fs"'],
  ["ebm/trainer.ts", "#host", 'ebm/trainer.ts: only cli has a host, got "#host" (#platform)'],
])("%s may not import %s", (file, specifier, sentence) => {
  expect(offence(file, specifier)).toBe(sentence);
});

test.each([
  ["ebm/energy.ts", "../engine/index.ts"],
  ["engine/ops/conv2d.ts", "../../shaders/conv2d.wgsl?raw"],
  ["engine/device/open.ts", "#platform"],
  ["engine/platform/node.ts", "webgpu"],
  ["cli/launch.ts", "node:child_process"],
  ["cli/config/schema.ts", "zod"],
  ["cli/run/records.ts", "#host"],
])("%s may import %s", (file, specifier) => {
  expect(offence(file, specifier)).toBe(null);
});

/** The packages that come with a file when it is loaded, by way of all that it imports; what is imported later is left aside. */
function packagesOf(file: string, seen = new Set<string>()): Set<string> {
  seen.add(file);
  const packages = new Set<string>();
  for (const [, name] of readFileSync(file, "utf8").matchAll(
    /^(?:im|ex)port (?!type )(?:[^;"]* from )?"([^"]+)";$/gm,
  )) {
    const target = posix.join(posix.dirname(file), name);
    if (!name.startsWith(".")) packages.add(name);
    else if (target.endsWith(".ts") && !seen.has(target))
      packagesOf(target, seen).forEach((other) => packages.add(other));
  }
  return packages;
}

test("ebm and a training begin without what only draws reports, which takes as long to load as all the rest", () => {
  const drawing = ["@observablehq/plot", "linkedom"];
  const loads = (file: string) => drawing.filter((name) => packagesOf(file).has(name));
  expect(loads("cli/report/page.ts")).toEqual(drawing);
  expect(["cli/main.ts", "cli/here.ts", "cli/commands/train.ts"].flatMap(loads)).toEqual([]);
  expect([...packagesOf("cli/main.ts")]).toContain("commander");
});
