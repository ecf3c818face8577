/** Activation functions against the numbers of PyTorch, and powers where they are odd. Agreement is in elementwise.test.ts. */

import { expect, test } from "vitest";
import {
  elu,
  gelu,
  grad,
  leakyRelu,
  pow,
  relu,
  silu,
  softplus,
  sum,
  tensor,
  toArray,
  type Tensor,
} from "../../../engine/index.ts";
import "../opened.ts";

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

const close = (...values: number[]): number[] => values.map((value) => expect.closeTo(value, 6) as number);

test("activations give the numbers of torch.nn.functional", async () => {
  const x = tensor([-3, -1, 0, 0.5, 2]);
  expect(await numbers(gelu(x))).toEqual(close(-0.00404969409, -0.158655254, 0, 0.345731231, 1.95449974));
  expect(await numbers(gelu(x, { approximate: "tanh" }))).toEqual(
    close(-0.00363739208, -0.158808009, 0, 0.34571401, 1.95459769),
  );
  expect(await numbers(elu(x, 1.5))).toEqual(close(-1.4253194, -0.948180838, 0, 0.5, 2));
  expect(await numbers(softplus(x, { beta: 2, threshold: 3 }))).toEqual(
    close(0.00123784257, 0.0634640055, 0.34657359, 0.656630844, 2),
  );
  expect(await numbers(silu(x))).toEqual(close(-0.14227762, -0.268941421, 0, 0.311229666, 1.76159416));
  expect(await numbers(relu(x))).toEqual([-0, -0, 0, 0.5, 2]);
  expect(await numbers(leakyRelu(x, 0.25))).toEqual([-0.75, -0.25, 0, 0.5, 2]);
});

test("activations of huge numbers do not overflow, and neither do their slopes", async () => {
  const x = tensor([-1e30, 1e30]);
  expect(await numbers(elu(x))).toEqual([-1, Math.fround(1e30)]);
  expect(await numbers(gelu(x))).toEqual([-0, Math.fround(1e30)]);
  expect(await numbers(softplus(x, { beta: 2 }))).toEqual([0, Math.fround(1e30)]);
  const slopes = [elu, gelu, softplus].map((f: (x: Tensor) => Tensor) => numbers(grad(sum(f(x)), x)));
  expect(await Promise.all(slopes)).toEqual(Array.from(slopes, () => [0, 1]));
});

test("pow(x, n) of a whole number n takes negative x, any other x ≥ 0", async () => {
  const x = tensor([-2, 0, 3]);
  expect(await numbers(pow(x, 3))).toEqual([-8, 0, 27]);
  expect(await numbers(pow(x, 0))).toEqual([1, 1, 1]);
  expect(await numbers(pow(x, -2))).toEqual([0.25, Infinity, expect.closeTo(1 / 9, 6)]);
  expect(pow(x, 1)).toBe(x);
  expect(await numbers(pow(x, 0.5))).toEqual([NaN, 0, expect.closeTo(Math.sqrt(3), 6)]);
  expect(await numbers(pow(x, tensor([2, 2, 2])))).toEqual([NaN, 0, expect.closeTo(9, 5)]);
  expect(await numbers(pow(2, tensor([-1, 0, 10])))).toEqual([expect.closeTo(0.5, 6), 1, expect.closeTo(1024, 3)]);
});
