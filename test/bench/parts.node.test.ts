/** Parts of a benchmark: each within its time, with what it printed in a file. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runParts, type Part } from "../../bench/parts.ts";

const folder = mkdtempSync(join(tmpdir(), "parts-"));
afterAll(() => rmSync(folder, { recursive: true }));

const part = (name: string, program: string, seconds = 60): Part => ({
  ...{ name, minutes: seconds / 60, ending: "txt" },
  words: ["-e", program],
});

test("runParts keeps what each part prints, also of one that fails or is out of time, and leaves out what has none", async () => {
  const said: string[] = [];
  const options = { minutes: 5, folder, prefix: "day", tell: (line: string) => said.push(line) };
  const quick = await runParts([part("quick", "console.log('all')")], options);
  // Time enough for the slow one to begin, on any machine.
  const limit = Math.max(3, 10 * quick[0].seconds);
  const others = await runParts(
    [
      part("wrong", "console.log('some'); console.error('why'); process.exit(3)"),
      part("slow", "console.log('begun'); setInterval(() => {}, 1000)", limit),
      part("last", "console.log('never')", 0.5),
    ],
    options,
  );
  expect([...quick, ...others].map(({ name, ended }) => [name, ended])).toEqual([
    ["quick", "done"],
    ["wrong", "failed"],
    ["slow", "out of time"],
    ["last", "left out"],
  ]);
  const text = (name: string) => readFileSync(join(folder, name), "utf8");
  expect(text("day-quick.txt")).toBe("all\n");
  expect(text("day-wrong.txt")).toBe("some\n");
  expect(text("day-wrong.txt.log")).toBe("why\n");
  expect(text("day-slow.txt")).toBe("begun\n");
  expect(existsSync(join(folder, "day-quick.txt.log"))).toBe(false);
  expect(existsSync(join(folder, "day-last.txt"))).toBe(false);
  expect(said.some((line) => /^slow: out of time after \d+ s$/.test(line))).toBe(true);
});
