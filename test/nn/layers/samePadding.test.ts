/** Convolutions padded as TensorFlow's "SAME": which pixels a window sees, and that one is the other's adjoint. */

import { expect, test } from "vitest";
import { grad, tensor, toArray, type Tensor } from "../../../engine/index.ts";
import { conv2dSame, convTranspose2dSame } from "../../../nn/index.ts";
import { draw } from "../../engine/draw.ts";
import "../../engine/opened.ts";
import { expectAgreement, expected } from "../../engine/threeWays.ts";

const numbers = async (x: Tensor): Promise<number[]> => [...(await toArray(x)).data];

test("conv2dSame with stride 2 puts the odd zero of an even image at its end", async () => {
  // Windows of 3 over 1 2 3 4: 1 2 3 and 3 4 0, along rows and columns alike.
  const x = tensor([[[1, 2, 3, 4].map((column) => [column, 0, 0, 0])]]).transpose([0, 1, 3, 2]);
  const weight = tensor([[[100, 10, 1].map((tap) => [tap, 0, 0])]]).transpose([0, 1, 3, 2]);
  const y = conv2dSame(1, 1, 3, { stride: 2 }).apply({ weight }, x);
  expect([y.shape, (await numbers(y)).slice(0, 2)]).toEqual([
    [1, 1, 2, 2],
    [123, 340],
  ]);
});

test("conv2dSame with stride 1 keeps the size and centres odd windows", async () => {
  const x = tensor([[[[1], [2], [3]]]]);
  const weight = tensor([
    [
      [
        [0, 100, 0],
        [0, 10, 0],
        [0, 1, 0],
      ],
    ],
  ]);
  const y = conv2dSame(1, 1, 3).apply({ weight, bias: tensor([0.5]) }, x);
  expect([y.shape, await numbers(y)]).toEqual([
    [1, 1, 3, 1],
    [12.5, 123.5, 230.5],
  ]);
});

test.each([
  { kernel: 4, stride: 2, from: 7, to: 4 },
  { kernel: 5, stride: 2, from: 8, to: 4 },
  { kernel: 3, stride: 1, from: 5, to: 5 },
])("convTranspose2dSame is the adjoint of conv2dSame, $from pixels to $to and back", ({ kernel, stride, from, to }) => {
  const down = conv2dSame(2, 3, kernel, { stride });
  const up = convTranspose2dSame(3, 2, kernel, { stride, size: from });
  const inner = ([x, y, weight]: Tensor[]) => [
    down.apply({ weight }, x).mul(y).sum(),
    up.apply({ weight }, y).mul(x).sum(),
  ];
  const inputs = [draw(1, [2, 2, from, from]), draw(2, [2, 3, to, to]), draw(3, [3, 2, kernel, kernel])];
  const [first, second] = expected((...tensors) => inner(tensors), inputs, true).values.map(({ data }) => data[0]);
  expect(second).toBeCloseTo(first, 9);
});

test("both agree with the reference, eager and compiled, and so do their gradients", async () => {
  const down = conv2dSame(2, 3, 4, { stride: 2 });
  const up = convTranspose2dSame(3, 2, 4, { stride: 2, size: 7 });
  await expectAgreement(
    (x, weight, bias) => {
      const y = up.apply({ weight, bias }, down.apply({ weight }, x));
      return [y, ...grad(y.square().sum(), [x, weight])];
    },
    [draw(4, [1, 2, 7, 7]), draw(5, [3, 2, 4, 4]), draw(6, [2])],
  );
});

test("convTranspose2dSame refuses a size that the convolution takes elsewhere", () => {
  const up = convTranspose2dSame(1, 1, 4, { stride: 2, size: 9 });
  expect(() =>
    up.apply(
      { weight: tensor([[[[1]]]]) },
      tensor([
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      ]),
    ),
  ).toThrow("convTranspose2dSame: stride 2 takes no size of 9 to ");
});
