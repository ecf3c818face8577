/** argsort, sort and topK: stable, with NaN as the largest, and gradients that find their way back. */

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  argsort,
  fromArray,
  grad,
  sort,
  sum,
  tensor,
  toArray,
  topK,
  type HostArray,
  type Tensor,
} from "../../../engine/index.ts";
import { draw, f32, seeds } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement } from "../threeWays.ts";

const exactly = { exactly: true };

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

/** A row's places in order, by the host's stable sort. */
function placesOf(row: readonly number[], descending: boolean): number[] {
  const size = (x: number) => (Number.isNaN(x) ? Infinity : x);
  const places = row.map((_, place) => place);
  return places.sort((a, b) => (descending ? size(row[b]) - size(row[a]) : size(row[a]) - size(row[b])) || a - b);
}

const rowsOf = ({ shape, data }: HostArray): number[][] => {
  const n = shape.at(-1)!;
  return Array.from({ length: n === 0 ? 0 : data.length / n }, (_, row) =>
    Array.from(data.slice(row * n, (row + 1) * n)),
  );
};

test("argsort, sort and topK agree with a stable sort of the host", () =>
  check(
    fc.tuple(fc.constantFrom([1], [7], [3, 5], [2, 3, 8], [0], [67]), fc.boolean(), seeds),
    async ([shape, descending, seed]) => {
      const whole = draw(seed, shape, -4, 4);
      // Whole numbers and a few NaN, so that there are ties.
      const x = { ...whole, data: whole.data.map((value) => (value > 3 ? NaN : Math.round(value) + 0)) };
      const places = rowsOf(x).map((row) => placesOf(row, descending));
      const wanted = rowsOf(x).flatMap((row, at) => places[at].map((place) => row[place]));
      expect(await numbers(argsort(fromArray(x), { descending }))).toEqual(places.flat());
      expect(await numbers(sort(fromArray(x), { descending }))).toEqual(wanted);
      const count = Math.min(shape.at(-1)!, 3);
      const { values, indices } = topK(fromArray(x), count, { largest: descending });
      expect(await numbers(indices)).toEqual(places.flatMap((row) => row.slice(0, count)));
      expect(await numbers(values)).toEqual(
        rowsOf({ ...x, data: Float32Array.from(wanted) }).flatMap((row) => row.slice(0, count)),
      );
    },
    10,
  ));

test("the order of an expression is the same in all three ways", async () => {
  await expectAgreement(
    (x) => [argsort(x.mul(2).add(1)), sort(x.transpose()).reshape([-1]), topK(x, 2).indices],
    [draw(1, [3, 40])],
  );
  await expectAgreement((x) => [argsort(x), sort(x, { descending: true })], [draw(2, [2, 33])], exactly);
});

test("0 and −0 are equal, infinities are beyond all numbers, NaN beyond infinity", async () => {
  const x = f32([7], 0, -0, NaN, -Infinity, Infinity, 1, -1);
  expect(await numbers(argsort(fromArray(x)))).toEqual([3, 6, 0, 1, 5, 4, 2]);
  expect(await numbers(argsort(fromArray(x), { descending: true }))).toEqual([2, 4, 5, 0, 1, 6, 3]);
});

test("the gradient of sort() and topK() goes to where an element was", async () => {
  const x = tensor([
    [3, 1, 2],
    [5, 5, 4],
  ]);
  const weights = tensor([1, 10, 100]);
  expect(await numbers(grad(sum(sort(x).mul(weights)), x))).toEqual([100, 1, 10, 10, 100, 1]);
  expect(await numbers(grad(sum(topK(x, 2).values.mul(weights.slice([[0, 2]]))), x))).toEqual([1, 0, 10, 1, 10, 0]);
});

test("orders name what they cannot do", () => {
  expect(() => sort(tensor(1))).toThrow(new RangeError("sort: axis -1 is outside a tensor of rank 0"));
  expect(() => argsort(tensor([1], "u32"))).toThrow(new TypeError("argsort: takes f32, got u32"));
  expect(() => topK(tensor([1, 2]), 3)).toThrow(new RangeError("topK: 3 elements out of a row of [2]"));
});
