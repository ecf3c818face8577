/** Where the first number that is not finite arises: found by op, layer, iteration and element. */

import { describe, expect, test } from "vitest";
import {
  compile,
  dispose,
  firstNonFinite,
  foldIn,
  fromArray,
  grad,
  isFinite,
  key,
  loop,
  matmul,
  named,
  normal,
  put,
  showNonFinite,
  sum,
  tensor,
  toArray,
  type Key,
  type Tensor,
} from "../../engine/index.ts";
import { draw, f32 } from "./draw.ts";
import { device } from "./opened.ts";

const x = () =>
  tensor([
    [1, 4],
    [-1, 2],
  ]);

describe("firstNonFinite()", () => {
  test("names the op and its part, the element, its value, and what it was computed from", async () => {
    const program = (x: Tensor) =>
      named("head", () =>
        x
          .mul(2 ** 62)
          .square()
          .add(1)
          .sum(),
      );
    expect(await firstNonFinite(program, x())).toEqual({
      op: "square",
      label: "head",
      gradient: false,
      iterations: [],
      index: [0, 1],
      value: Infinity,
      inputs: [{ name: "head.mul", shape: [2, 2], low: -(2 ** 62), high: 2 ** 64 }],
    });
  });

  test("finds the logarithm and the root of a negative number, on every adapter", async () => {
    for (const f of [(x: Tensor) => x.log(), (x: Tensor) => x.sqrt(), (x: Tensor) => x.pow(0.5)])
      expect(await firstNonFinite((x: Tensor) => f(x).maximum(0).sum(), x())).toMatchObject({
        index: [1, 0],
        value: NaN,
      });
  });

  test("is null for a program of finite numbers, whatever its ops", async () => {
    const program = (x: Tensor, k: Key, scale: Tensor) => {
      const walked = loop(
        3,
        (i, { at, table }) => {
          const moved = at.add(normal(foldIn(k, i), at.shape).mul(scale)).tanh();
          return { at: moved, table: put(table, tensor([1], "u32"), moved.slice([[0, 1]])) };
        },
        { at: x, table: fromArray(draw(1, [3, 2])) },
      );
      return [grad(matmul(walked.at, walked.at.transpose()).square().sum(), walked.at), walked.table.max(1)];
    };
    expect(await firstNonFinite(program, x(), key(1), 0.5)).toBeNull();
  });

  test("tells the iteration of each loop around it", async () => {
    // 10 · 1000¹² is 10³⁷, the next product is too large for f32: the third inner iteration of the third outer one.
    const program = (x: Tensor) =>
      named("outer", () =>
        loop(4, (_i, y) => named("inner", () => loop(5, (_j, z) => named("grow", () => z.mul(1000)), y)), x),
      );
    expect(await firstNonFinite(program, tensor([10, 0]))).toMatchObject({
      op: "mul",
      label: "outer.inner.grow",
      index: [0],
      value: Infinity,
      iterations: [
        { loop: "outer", index: 2 },
        { loop: "outer.inner", index: 2 },
      ],
    });
  });

  test("marks what is part of a gradient", async () => {
    // The slope of √x at 0 is infinite, its value is not.
    const program = (x: Tensor) =>
      grad(
        named("norm", () => sum(x.square().sqrt())),
        x,
      );
    const found = await firstNonFinite(program, tensor([3, 0]));
    expect(found).toMatchObject({ label: "∇norm", gradient: true, index: [1] });
  });

  test("finds what is given, by its path, and what the program reads from outside", async () => {
    const given = { layers: [{ w: fromArray(f32([3], 1, NaN, 2)) }] };
    expect(await firstNonFinite(({ layers }: typeof given) => layers[0].w.mul(2), given)).toMatchObject({
      ...{ op: "argument", label: "0.layers.0.w", index: [1], value: NaN, inputs: [] },
    });
    const outside = fromArray(f32([2], 1, -Infinity));
    expect(await firstNonFinite((x: Tensor) => x.add(outside), tensor([1, 2]))).toMatchObject({
      ...{ op: "tensor", index: [1], value: -Infinity },
    });
  });

  test("leaves arguments as they are, and gives back every buffer", async () => {
    const program = (x: Tensor) => loop(3, (_i, y) => y.tanh().add(x.mean()), x).exp();
    const given = x();
    await firstNonFinite(program, given);
    const before = device.memory().live;
    expect(await firstNonFinite(program, given)).toBeNull();
    expect(await firstNonFinite((x: Tensor) => loop(3, (_i, y) => y.mul(1e30), x), given)).not.toBeNull();
    expect(device.memory().live).toBe(before);
    expect(Array.from((await toArray(given)).data)).toEqual([1, 4, -1, 2]);
  });

  test("finds it among many ops, the first of several", async () => {
    const program = (x: Tensor) => {
      const long = Array.from({ length: 80 }).reduce<Tensor>((y) => y.mul(1.01), x);
      return named("late", () =>
        long
          .square()
          .mul(2e38)
          .add(named("later", () => long.exp().mul(2e38))),
      );
    };
    expect(await firstNonFinite(program, x())).toMatchObject({ op: "mul", label: "late" });
  });

  test("what is read from another place stays readable until long after", async () => {
    const program = (x: Tensor) => {
      const column = x.exp().slice([null, [0, 1]]);
      const long = Array.from({ length: 80 }).reduce<Tensor>((y) => y.mul(1.01), x);
      return column.add(long);
    };
    expect(await firstNonFinite(program, x())).toBeNull();
  });

  test("agrees with a compiled run about whether there is any", async () => {
    const program = (x: Tensor) => x.exp().square().square();
    for (const scale of [1, 100]) {
      const finite = await toArray(isFinite(compile(program)(x().mul(scale))));
      expect((await firstNonFinite(program, x().mul(scale))) === null).toBe(finite.data.every((flag) => flag === 1));
    }
  });
});

test("firstNonFinite() reads an expression from outside as it was, though its operand is given up", async () => {
  const operand = tensor([1, 2]);
  const outside = operand.sub(1);
  dispose(operand);
  expect(await firstNonFinite((y: Tensor) => outside.add(y), tensor([1, 2]))).toBeNull();
  expect(await firstNonFinite((y: Tensor) => y.div(outside), tensor([1, 2]))).toMatchObject({ op: "div", index: [0] });
});

test("showNonFinite() is a sentence with op, part, iteration, element and ranges", async () => {
  const program = (x: Tensor) =>
    named("walk", () =>
      loop(
        9,
        (_i, y) =>
          grad(
            named("0", () => sum(y.mul(y).mul(y))),
            y,
          ),
        x,
      ),
    );
  const found = await firstNonFinite(program, tensor([[2, 1e6]]));
  expect(showNonFinite(found!)).toMatch(
    /^walk\.0\.mul is Infinity at \[0, 1\] in iteration 2 of walk; from \S+ \[1, 2\] between \S+ and \S+/,
  );
  const given = await firstNonFinite((x: Tensor) => x, fromArray(f32([2], NaN, 1)));
  expect(showNonFinite(given!)).toBe("argument 0 is NaN at [0]");
});
