/** The non-local block: the identity at first, then attention over all places. */

import { expect, test } from "vitest";
import { evaluate, fromArray, grad, key, tensor, tensorsOf, toArray, type Tensor } from "../../../engine/index.ts";
import { nonlocal } from "../../../nn/index.ts";
import { draw } from "../../engine/draw.ts";
import "../../engine/opened.ts";
import { expectAgreement } from "../../engine/threeWays.ts";

test("nonlocal starts as the identity, to the bit", async () => {
  const block = nonlocal(4);
  const x = draw(1, [2, 4, 4, 6]);
  expect((await toArray(block.apply(block.init(key(1)), fromArray(x)))).data).toEqual(x.data);
});

test("nonlocal starts with W and its bias at zero, and the rest away from it", () => {
  const { W, ...rest } = nonlocal(4).init(key(1));
  const values = (tree: Parameters<typeof tensorsOf>[0]) =>
    tensorsOf(tree).flatMap((leaf) => [...evaluate([leaf], new Map())[0].data]);
  expect(values(W).every((value) => value === 0)).toBe(true);
  expect(values(rest).some((value) => value === 0)).toBe(false);
});

test("nonlocal adds W of the values, averaged with weights softmax(query · key) over pooled places", async () => {
  const one = (first: number, second: number, bias = 0) => ({
    weight: tensor([[[[first]], [[second]]]]),
    bias: tensor([bias]),
  });
  // Channel 0 is 1 everywhere, so that θ = log 3. The windows of channel 1 have the maxima 1 and 0: keys 1 and 0, values 2
  // and 0, weights 3/4 and 1/4, whose average is 3/2 at every place.
  const parameters = {
    theta: one(Math.log(3), 0),
    phi: one(0, 1),
    g: one(0, 2),
    W: { weight: tensor([[[[1]]], [[[-2]]]]), bias: tensor([0.5, 0]) },
  };
  const x = tensor([
    [
      [
        [1, 1, 1, 1],
        [1, 1, 1, 1],
      ],
      [
        [1, 0, 0, 0],
        [0, 0, 0, -1],
      ],
    ],
  ]);
  const { data } = await toArray(nonlocal(2).apply(parameters, x));
  const wanted = [...Array<number>(8).fill(1 + 1.5 + 0.5), ...[1, 0, 0, 0, 0, 0, 0, -1].map((value) => value - 3)];
  expect([...data]).toEqual(wanted.map((value) => expect.closeTo(value, 5) as number));
});

test("nonlocal agrees with the reference, eager and compiled, and so do its gradients", async () => {
  const block = nonlocal(4);
  const shapes = [[2, 4, 1, 1], [2], [2, 4, 1, 1], [2], [2, 4, 1, 1], [2], [4, 2, 1, 1], [4]];
  await expectAgreement(
    (x: Tensor, ...flat: Tensor[]) => {
      const [theta, phi, g, W] = [0, 2, 4, 6].map((at) => ({ weight: flat[at], bias: flat[at + 1] }));
      const y = block.apply({ theta, phi, g, W }, x);
      return [y, ...grad(y.square().sum(), [x, theta.weight, phi.weight, g.weight, W.weight])];
    },
    [draw(1, [2, 4, 2, 4]), ...shapes.map((shape, at) => draw(at + 2, shape, -1, 1))],
  );
});

test("nonlocal refuses a number of channels that has no half", () => {
  expect(() => nonlocal(5)).toThrow(new RangeError("nonlocal: the channels must be even, got 5"));
});
