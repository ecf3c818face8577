// The words of the progress line, and how often it is drawn where.
import { describe, expect, test } from "vitest";
import { bar, clock, progressLine, significant } from "../../cli/progress/line.ts";
import { progress } from "../../cli/progress/progress.ts";

test("progressLine shows the step, the pace and the numbers that are watched, in one order", () => {
  const row = { step: 420, r_s: 0.41234, learning_rate: 0.1, loss: -0.0131, d_s: 0.8 };
  expect(progressLine({ step: 420, total: 1000, rate: 104.2, row })).toBe(
    "420/1000  104/s  0:06 left  loss -0.0131  d_s 0.800  r_s 0.412",
  );
});

test("progressLine says only what is known", () => {
  expect(progressLine({ step: 1, total: 10, rate: null, row: null })).toBe("1/10");
});

test.each([
  [0, "0"],
  [NaN, "NaN"],
  [0.000123, "0.000123"],
  [-1.2e-9, "-1.20e-9"],
  [0.5, "0.500"],
  [99.96, "100"],
  [12345.6, "12346"],
  [4e7, "4.00e+7"],
])("significant(%d) is %s", (value, words) => {
  expect(significant(value)).toBe(words);
});

test.each([
  [6, "0:06"],
  [759.6, "12:40"],
  [3723, "1:02:03"],
])("clock(%d) is %s", (seconds, words) => {
  expect(clock(seconds)).toBe(words);
});

test("bar fills in eighths of a letter", () => {
  expect(bar(0, 4)).toBe("  0%     ");
  expect(bar(0.28125, 4)).toBe(" 28% █▏  ");
  expect(bar(1, 4)).toBe("100% ████");
});

describe("progress", () => {
  test("writes a line with the first numbers, then every five seconds on a pipe, and the last one at the end", () => {
    let text = "";
    let time = 0;
    const shown = progress({ write: (words) => (text += words) }, 100, () => time);
    for (let step = 1; step <= 100; step++, time += 0.125) shown.show(step, step < 3 ? null : { step, loss: 1 });
    shown.end();
    const lines = [
      "3/100  8.00/s  0:12 left",
      "43/100  8.00/s  0:07 left",
      "83/100  8.00/s  0:02 left",
      "100/100  8.00/s  0:00 left",
    ];
    expect(text).toBe(lines.map((line) => `${line}  loss 1.00\n`).join(""));
  });

  test("forgets the pace of more than ten seconds ago", () => {
    let text = "";
    let time = 0;
    const shown = progress({ write: (words) => (text = words) }, 10000, () => time);
    for (let step = 0; step < 100; step++, time += 1) shown.show(step, { step });
    for (let step = 100; step < 1000; step++, time += 0.05) shown.show(step, { step });
    shown.end();
    expect(text).toMatch(/^999\/10000 {2}(19|20)\.\d\/s/);
  });

  test("measures the pace anew after a recovery, which goes back", () => {
    let text = "";
    let time = 0;
    const shown = progress({ write: (words) => (text = words) }, 1000, () => time);
    for (let step = 1; step <= 100; step++, time += 0.1) shown.show(step, { step });
    for (let step = 1; step <= 20; step++, time += 0.5) shown.show(step, { step });
    shown.end();
    expect(text).toBe("20/1000  2.00/s  8:10 left\n");
  });

  test("redraws one line on a terminal, no wider than it is", () => {
    const lines: string[] = [];
    const out = {
      write: (words: string) => lines.push(words),
      isTTY: true,
      columns: 30,
      rows: 10,
      on: () => undefined,
    };
    const shown = progress(out, 10, () => 0);
    shown.show(5, { step: 5, loss: 0.25, d_s: 1, r_s: 2 });
    shown.end();
    expect(lines.join("")).toContain(" 50% ██████       5/10  loss");
    expect(lines.join("")).not.toContain("r_s");
  });
});
