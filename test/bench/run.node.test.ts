/** The benchmark program: which cases it takes, and what it prints. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { beforeAll, describe, expect, test } from "vitest";
import { choose } from "../../bench/choose.ts";
import { cases } from "../../bench/index.ts";
import { median } from "../../bench/measure.ts";
import { built } from "../built.ts";

/** Runs the built program as `npm run bench` does. */
async function bench(...words: string[]) {
  const child = spawn(process.execPath, ["dist/bench/run.js", ...words], { stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

describe("the program", () => {
  beforeAll(built);

  test("bench --json FILTER prints a line of JSON per case, and nothing else", async () => {
    const { code, stdout } = await bench("--json", "host/dispatch/replay");
    expect(code).toBe(0);
    expect(stdout.match(/\n/g)).toHaveLength(1);
    const line = JSON.parse(stdout) as Record<string, unknown>;
    expect(line).toMatchObject({ name: "host/dispatch/replay", source: "null", software: false, unit: "dispatch" });
    for (const field of ["ms", "best", "cpu", "dispatches", "samples"]) expect(line[field]).toBeGreaterThan(0);
    expect(line.ms).toBeGreaterThanOrEqual(line.best as number);
  });

  test("bench prints a table where nobody asks for JSON", async () => {
    const { code, stdout } = await bench("host/dispatch/call");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^case +per +median .*\nhost\/dispatch\/call +dispatch +[\d.]+ [mµ]s .*\n$/);
  });

  test("bench with an option it does not know says so in one line and exits 2", async () => {
    expect(await bench("--jsno")).toEqual({
      code: 2,
      stdout: "",
      stderr: 'bench: no option "--jsno"; usage: bench [--json] [FILTER …]\n',
    });
  });
});

test("choose(words, cases) takes the cases whose names contain a filter, or all", () => {
  const names = (...words: string[]) => choose(words, cases).cases.map(({ name }) => name);
  expect(names("--json")).toEqual(cases.map(({ name }) => name));
  expect(names("matmul").length).toBeGreaterThan(0);
  expect(names("matmul").every((name) => name.includes("matmul"))).toBe(true);
  expect(names("peak/copy", "adam")).toEqual(["ops/peak/copy", ...names("adam")]);
});

test("choose(words, cases) throws where no name contains a filter, and lists the names", () => {
  expect(() => choose(["host", "matmull"], cases.slice(0, 2))).toThrow(
    'no case has "matmull" in its name (host/dispatch/bare, host/dispatch/replay)',
  );
});

test("cases have names of their own", () => {
  const names = cases.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});

test("every .bench.ts is in the index, and every one of an op beside the op", () => {
  const files = readdirSync("bench", { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".bench.ts"),
  );
  const index = readFileSync("bench/index.ts", "utf8");
  const ops = files.filter((file) => file.startsWith("ops")).map((file) => basename(file, ".bench.ts"));
  expect(files.length).toBeGreaterThan(5);
  expect(files.filter((file) => !index.includes(`"./${file.replaceAll("\\", "/")}"`))).toEqual([]);
  expect(ops.filter((name) => !existsSync(join("engine/ops", `${name}.ts`)))).toEqual([]);
});

test.each([
  [[5], 5],
  [[9, 1, 2], 2],
  [[4, 1, 2, 100], 3],
])("median(%j) is %d", (values, middle) => {
  expect(median(values)).toBe(middle);
});
