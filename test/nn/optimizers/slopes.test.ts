/** Slopes clipped and tapered: values by hand, and agreement of eager, compiled and reference. */

import { expect, test } from "vitest";
import { tensor, tensorsOf, toArray, type Tree } from "../../../engine/index.ts";
import { clipByNorm, clipByValue, globalNorm, taper } from "../../../nn/index.ts";
import { draw } from "../../engine/draw.ts";
import "../../engine/opened.ts";
import { expectAgreement } from "../../engine/threeWays.ts";

const numbers = async (tree: Tree): Promise<number[]> =>
  (await Promise.all(tensorsOf(tree).map(toArray))).flatMap(({ data }) => [...data]);
const close = (wanted: number[]) => wanted.map((value) => expect.closeTo(value, 5) as number);

const slopes = () => ({ weight: tensor([[3, 0]]), bias: tensor([-4]) });

test("globalNorm(tree) is the length of all its numbers together", async () => {
  expect(await numbers(globalNorm(slopes()))).toEqual([5]);
});

test("clipByNorm(slopes, most) shortens what is longer and leaves the rest as it is", async () => {
  expect(await numbers(clipByNorm(slopes(), 1))).toEqual(close([0.6, 0, -0.8]));
  expect(await numbers(clipByNorm(slopes(), 6))).toEqual([3, 0, -4]);
  expect(await numbers(clipByNorm({ p: tensor([0, 0]) }, 1))).toEqual([0, 0]);
});

test("clipByValue(slopes, most) limits each number", async () => {
  expect(await numbers(clipByValue(slopes(), 3.5))).toEqual([3, 0, -3.5]);
});

test("taper(slopes) doubles small slopes, keeps those of size 1, and inverts large ones", async () => {
  expect(await numbers(taper({ p: tensor([0, 1, -1, 3, 1e-3, -1e4]) }))).toEqual(close([0, 1, -1, 0.6, 2e-3, -2e-4]));
});

test("all of them agree with the reference", () =>
  expectAgreement(
    (weight, bias) => {
      const tree = { weight, bias };
      return [globalNorm(tree), clipByNorm(tree, 0.5), clipByNorm(tree, 100), clipByValue(tree, 0.5), taper(tree)];
    },
    [draw(1, [3, 4]), draw(2, [5])],
  ));
