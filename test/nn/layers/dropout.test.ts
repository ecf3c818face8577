/** Dropout: what stays is enlarged, evaluation leaves all, and every pass draws anew. */

import { expect, test } from "vitest";
import { grad, key, ones, tensor, toArray, type Tensor } from "../../../engine/index.ts";
import { dropout, dropout2d, Pass, sequential, type Module } from "../../../nn/index.ts";
import { draw } from "../../engine/draw.ts";
import "../../engine/opened.ts";
import { expectAgreement } from "../../engine/threeWays.ts";

const numbers = async (x: Tensor): Promise<number[]> => [...(await toArray(x)).data];

test("dropout(rate) leaves a share out in training and divides the rest by 1 − rate", async () => {
  const y = await numbers(dropout(0.25).apply({}, ones([4000]), Pass.training({}, key(1))));
  expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
  // Five standard deviations of a binomial share.
  const share = y.filter((value) => value === 0).length / 4000;
  expect(Math.abs(share - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / 4000));
});

test("dropout2d(rate) leaves out whole channels", async () => {
  const y = await numbers(dropout2d(0.5).apply({}, ones([40, 5, 2, 3]), Pass.training({}, key(2))));
  const channels = Array.from({ length: 200 }, (_, at) => new Set(y.slice(6 * at, 6 * at + 6)));
  expect(channels.every(({ size }) => size === 1)).toBe(true);
  const gone = channels.filter((values) => values.has(0)).length;
  expect(Math.abs(gone - 100)).toBeLessThan(5 * Math.sqrt(50));
});

test.each([dropout(0.5), dropout2d(0.5)])("evaluation leaves everything as it was, and needs no key", async (layer) => {
  expect(await numbers(layer.apply({}, tensor([[[[1, 2]], [[3, 4]]]])))).toEqual([1, 2, 3, 4]);
});

test("a rate of 0 needs no key in training either", async () => {
  expect(await numbers(dropout(0).apply({}, tensor([1, 2]), Pass.training({})))).toEqual([1, 2]);
});

test("two layers of one pass leave out different values, the same ones for the same key", async () => {
  const once = async (layer: Module) => numbers(layer.apply({}, ones([64]), Pass.training({}, key(3))));
  const twice = await once(sequential(dropout(0.5), dropout(0.5)));
  const survivors = twice.filter((value) => value === 4).length;
  expect(survivors).toBeGreaterThan(4);
  expect(survivors).toBeLessThan(28);
  expect(twice).toEqual(await once(sequential(dropout(0.5), dropout(0.5))));
});

test("dropout agrees with the reference, and its gradient passes where the value did", () =>
  expectAgreement(
    (x) => {
      const y = dropout(0.3).apply({}, x, Pass.training({}, key(4)));
      return [y, grad(y.square().sum(), x)];
    },
    [draw(1, [5, 7])],
  ));

test("dropout takes no rate outside [0, 1)", () => {
  expect(() => dropout(1)).toThrow(new RangeError("dropout: the rate is in [0, 1), got 1"));
  expect(() => dropout2d(-0.1)).toThrow(new RangeError("dropout2d: the rate is in [0, 1), got -0.1"));
});
