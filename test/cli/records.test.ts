// The files of one JSON object a line: what is written can be read, also after a process was killed.
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { appendLines, cutBack, numbersLine, numbersOf, readLines } from "../../cli/run/records.ts";

async function file(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ebm-test-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "metrics.jsonl");
  await writeFile(path, text);
  return path;
}

test("numbersLine and numbersOf carry numbers that JSON has not", () => {
  const row = { step: 3, loss: NaN, d_s: -Infinity, r_s: 0.5 };
  expect(numbersLine(row)).toBe('{"step":3,"loss":"NaN","d_s":"-Infinity","r_s":0.5}');
  expect(numbersOf(JSON.parse(numbersLine(row)))).toEqual(row);
});

test.each([["3"], ['{"loss":1}'], ['{"step":1,"loss":"many"}'], ['{"step":1.5}']])("numbersOf refuses %s", (line) => {
  expect(() => numbersOf(JSON.parse(line))).toThrow(TypeError);
});

test("readLines gives nothing for a file that is missing", async () => {
  expect(await readLines("/nowhere/at/all", numbersOf)).toEqual([]);
});

test("readLines leaves out a last line that was not finished", async () => {
  expect(await readLines(await file('{"step":1}\n{"step":2}\n{"st'), numbersOf)).toEqual([{ step: 1 }, { step: 2 }]);
});

test("readLines names the line that is malformed", async () => {
  await expect(readLines(await file('{"step":1}\n{"st\n{"step":3}\n'), numbersOf)).rejects.toThrow("metrics.jsonl:2: ");
});

test("cutBack drops later rows and the unfinished line, so that what is appended next stands on a line of its own", async () => {
  const path = await file('{"step":1,"loss":"NaN"}\n{"step":2}\n{"step":3}\n{"st');
  await cutBack(path, 2);
  await appendLines(path, ['{"step":3}']);
  expect(await readFile(path, "utf8")).toBe('{"step":1,"loss":"NaN"}\n{"step":2}\n{"step":3}\n');
});

test.runIf(existsSync("/dev/full"))(
  "a full disk is named with the file, and with what becomes of the run",
  async () => {
    await expect(appendLines("/dev/full", ["{}"])).rejects.toMatchObject({
      ending: "data",
      message: "/dev/full: no space left on device; what is finished is kept, and goes on with --resume",
    });
  },
);
