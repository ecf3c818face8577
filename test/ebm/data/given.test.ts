/** Points that a person brings. */

import { describe, expect, test } from "vitest";
import "../../engine/opened.ts";
import { systems } from "../../../ebm/index.ts";
import { givenPoints, readPoints, standardised } from "../../../ebm/data/given.ts";
import { FormatError } from "../../../nn/formatError.ts";
import { context, smallSettings, update } from "../small.ts";

describe("readPoints", () => {
  test.each([
    ["commas and a heading", "x,y\n1,2\n3,-4\n5e-1,0\n"],
    ["semicolons, spaces and empty lines", "1; 2\r\n\r\n3;-4\n .5 ; 0"],
    ["tabs, and columns that are passed over", "1\t2\tred\n3\t-4\tblue\n0.5\t0\tred"],
  ])("takes %s", (_what, text) => {
    expect([...readPoints(text, "a.csv")]).toEqual([1, 2, 3, -4, 0.5, 0]);
  });

  test.each([
    ["1,2\n3,4\nfive,6", 'a.csv:3: expected two numbers, got "five,6"'],
    ["1,\n3,4\n5,6", 'a.csv:1: expected two numbers, got "1,"'],
    ["1,2\n3,4", "a.csv: expected at least 3 points, got 2"],
    ["", "a.csv: expected at least 3 points, got 0"],
  ])("refuses %j", (text, message) => {
    expect(() => readPoints(text, "a.csv")).toThrow(new FormatError(message));
  });
});

test("standardised points have mean 0 and mean square 1, and one that is alone stays finite", () => {
  expect([...standardised(Float32Array.of(1, 10, 3, 10, 1, 14, 3, 14))].map((x) => x ** 2)).toEqual(
    [0.4, 1.6, 0.4, 1.6, 0.4, 1.6, 0.4, 1.6].map((x) => expect.closeTo(x, 6) as number),
  );
  expect([...standardised(Float32Array.of(7, 7, 7, 7))]).toEqual([0, 0, 0, 0]);
});

test("a training learns from the points of its context, and says whose they are where there are none", async () => {
  const points = Float32Array.of(5, 0, 7, 0, 5, 2, 7, 2);
  const settings = smallSettings("anatomy/gmm-convergent-tiny", { data: { name: "points", noise: 0 } });
  const training = await systems.shortRun.open(settings, { ...context, points: () => Promise.resolve(points) });
  await update(training, 2);
  const data = await training.evaluated().open("train");
  expect([data.count, data.labels]).toEqual([4, null]);
  const { nets, data: about } = await training.explain();
  expect([nets[0].item, about]).toEqual([[2], "4 points, on the GPU"]);
  training.dispose();
  await expect(systems.shortRun.open(settings, context)).rejects.toThrow(
    'data.name: "points" are brought by whoever trains, and here nobody has',
  );
  await expect(givenPoints(context)).rejects.toThrow(RangeError);
});
