/** Which tensors a plan keeps in f16: one test for each rule. Nothing of it needs a device. */

import { describe, expect, test } from "vitest";
import { halvesOf } from "../../engine/compile/halves.ts";
import { optimised } from "../../engine/compile/passes.ts";
import { inOrder } from "../../engine/graph.ts";
import {
  argmax,
  broadcast,
  concat,
  conv2d,
  cumsum,
  grad,
  iota,
  key,
  logSoftmax,
  loop,
  matmul,
  normal,
  put,
  softmax,
  sum,
  take,
  type Tensor,
} from "../../engine/index.ts";
import type { Body } from "../../engine/ops/loop.ts";
import { inputOp, placeholder } from "../../engine/ops/sources.ts";
import { trace } from "../../engine/tracing.ts";

const given = (...shape: number[]): Tensor => placeholder(inputOp, { shape, dtype: "f32", label: "x" });

/** The ops of the tensors that may be kept in f16, in order, of a program on placeholders. */
function halved(program: (...inputs: Tensor[]) => Tensor[], inputs: readonly Tensor[], least = 1): string[] {
  const outputs = optimised(trace(() => program(...inputs)));
  return [...halvesOf(outputs, new Set(inputs), least)].map(({ op }) => op.name);
}

const [x, w, v] = [given(8, 6), given(6, 6), given(6, 6)];

describe("in f16 are", () => {
  test("products, convolutions and functions of them", () => {
    expect(halved((x, w, v) => [matmul(matmul(x, w).add(1).tanh(), v)], [x, w, v])).toEqual(["matmul", "add", "tanh"]);
    const [image, kernel] = [given(2, 3, 5, 5), given(3, 3, 3, 3)];
    const twice = (x: Tensor, w: Tensor) => [conv2d(conv2d(x, w, { padding: 1 }).relu(), w)];
    expect(halved(twice, [image, kernel])).toEqual(["conv2d", "leakyRelu"]);
  });

  test("what joins them with a bias, a mean, a mask or their own kind, moved or not", () => {
    const program = (x: Tensor, w: Tensor, v: Tensor, bias: Tensor): Tensor[] => {
      const h = matmul(x, w).add(bias);
      const scaled = h.sub(h.mean(0, { keepDims: true })).mul(h.greater(0).toFloat());
      return [matmul(scaled.add(concat([h.slice([[4, 8]]), h.slice([[0, 4]])])), v)];
    };
    expect(halved(program, [x, w, v, given(6)])).toEqual([
      "matmul",
      "add",
      "sub",
      "mul",
      "slice",
      "slice",
      "concat",
      "add",
    ]);
  });

  test("slopes on their way back, of any order", () => {
    const program = (x: Tensor, w: Tensor): Tensor[] => {
      const slope = grad(sum(matmul(matmul(x, w).tanh(), w).square()), x);
      return [grad(sum(slope.square()), w)];
    };
    const kept = halved(program, [x, w]);
    expect(kept.filter((name) => name === "matmul").length).toBeGreaterThanOrEqual(6);
  });

  test("the same within loops, and what these read from outside", () => {
    const walk = (x: Tensor, w: Tensor, v: Tensor) => {
      const outside = matmul(w, v);
      return [loop(3, (_i, at) => at.add(matmul(matmul(at, outside).tanh(), v)), x)];
    };
    expect(halved(walk, [x, w, v])).toEqual(["matmul", "matmul", "tanh", "matmul"]);
  });
});

describe("in f32 stay", () => {
  test("arguments, results and what they are computed from element by element", () => {
    expect(halved((x, w) => [matmul(x, w), matmul(x, w).reshape([6, 8]), x.mul(2).exp()], [x, w])).toEqual([]);
    const moved = (x: Tensor, w: Tensor, v: Tensor) => [matmul(x.sub(matmul(x, w).mul(0.1)), v)];
    expect(halved(moved, [x, w, v])).toEqual(["matmul", "mul"]);
  });

  test("noise, and weights that a program computes", () => {
    const program = (x: Tensor, w: Tensor) => [matmul(x.add(normal(key(1), [8, 6])), w.div(sum(w.square()).sqrt()))];
    expect(halved(program, [x, w])).toEqual([]);
  });

  test("what a loop begins with, and what it hands on", () => {
    const program = (x: Tensor, w: Tensor) => [loop(2, (_i, at) => matmul(at, w).tanh(), matmul(x, w)).exp()];
    expect(halved(program, [x, w])).toEqual(["matmul"]);
    // A tensor from outside that an iteration hands on as it is.
    const swapped = (x: Tensor, w: Tensor) => {
      const other = matmul(x, w);
      return [loop(2, (_i, [at]) => [other, at], [x, x])[1]];
    };
    expect(halved(swapped, [x, w])).toEqual([]);
    const nested = (x: Tensor, w: Tensor) => {
      const other = matmul(x, w);
      return [loop(2, (_i, at) => at.add(loop(2, (_j, inner) => inner.tanh(), other)), x)];
    };
    expect(halved(nested, [x, w])).toEqual([]);
  });

  test("sums, extremes, running sums and gradients of weights", () => {
    const sums = (x: Tensor, w: Tensor) => {
      const h = matmul(x, w).reshape([4, 2, 6]);
      return [h.sum(1).exp().mul(2), cumsum(h, 1).exp()];
    };
    expect(halved(sums, [x, w])).toEqual(["matmul"]);
    expect(halved((x, w) => [matmul(x, w).reshape([4, 2, 6]).max(1).exp().mul(2)], [x, w])).toEqual([]);
    /** A gradient that is read twice, so that it is stored. */
    const gradients =
      (apply: (x: Tensor, w: Tensor) => Tensor) =>
      (x: Tensor, w: Tensor): Tensor[] => {
        const slope = grad(sum(apply(apply(x, w), w).square()), w);
        return [slope.div(sum(slope.square()).sqrt())];
      };
    const shapesOf = (program: (...inputs: Tensor[]) => Tensor[], inputs: readonly Tensor[]) =>
      [...halvesOf(optimised(trace(() => program(...inputs))), new Set(inputs), 1)].map(({ shape }) => shape.join());
    const [dense, images, kernel] = [given(5, 5), given(2, 3, 7, 7), given(3, 3, 3, 3)];
    expect(new Set(shapesOf(gradients(matmul), [given(8, 5), dense]))).toEqual(new Set(["8,5"]));
    expect(
      new Set(
        shapesOf(
          gradients((x, w) => conv2d(x, w, { padding: 1 })),
          [images, kernel],
        ),
      ),
    ).toEqual(new Set(["2,3,7,7"]));
  });

  test("what has one number per item or channel: energies, log-densities, acceptances", () => {
    const program = (x: Tensor, w: Tensor, last: Tensor) => [matmul(matmul(x, w).tanh(), last).exp().mul(2)];
    // A product with one column is the sum of the elementwise one, which its kernel computes on the way.
    expect(halved(program, [x, w, given(6, 1)])).toEqual(["matmul", "tanh", "mul"]);
    const column = (x: Tensor, w: Tensor) => [
      matmul(x, w)
        .slice([null, [0, 1]])
        .exp()
        .mul(2),
    ];
    expect(halved(column, [x, w])).toEqual(["matmul"]);
    const channel = (x: Tensor, w: Tensor) => [conv2d(x, w).exp().mul(2)];
    expect(halved(channel, [given(1, 3, 3, 3), given(5, 3, 3, 3)])).toEqual([]);
  });

  test("what is compared with what varies, and not what is compared with a number", () => {
    expect(halved((x, w) => [argmax(matmul(x, w), 1)], [x, w])).toEqual([]);
    expect(halved((x, w) => [matmul(x, w).max(1)], [x, w])).toEqual([]);
    expect(halved((x, w) => [matmul(x, w).sum(1)], [x, w])).toEqual(["matmul"]);
    expect(halved((x, w) => [matmul(x, w).sort()], [x, w])).toEqual([]);
    expect(halved((x, w) => [matmul(x, w).less(x)], [x, w])).toEqual([]);
    expect(halved((x, w) => [matmul(x, w).less(broadcast(iota([1]).toFloat(), [8, 6]))], [x, w])).toEqual([]);
    expect(halved((x, w) => [matmul(x, w).toIndex()], [x, w])).toEqual([]);
    expect(halved((x, w) => [matmul(x, w).less(0.5)], [x, w])).toEqual(["matmul"]);
    const slope = (x: Tensor, w: Tensor, v: Tensor): Tensor[] => [
      grad(sum(matmul(matmul(x, w).maximum(matmul(x, v)), w)), x),
    ];
    expect(halved(slope, [x, w, v]).filter((name) => name === "matmul").length).toBe(
      halved((x, w, v) => [grad(sum(matmul(matmul(x, w).add(matmul(x, v)).tanh(), w)), x)], [x, w, v]).filter(
        (name) => name === "matmul",
      ).length - 2,
    );
  });

  test("what rows are put into and what they are put from; what is taken is as what it is taken from", () => {
    const rows = iota([2]);
    expect(halved((x, w) => [put(matmul(x, w).exp(), rows, matmul(x, w).slice([[0, 2]])).mul(2)], [x, w])).toEqual([
      "matmul",
    ]);
    expect(halved((x, w, v) => [matmul(take(matmul(x, w), rows), v)], [x, w, v])).toEqual(["matmul", "take"]);
    expect(halved((x, w) => [matmul(take(x, rows), w)], [x, w])).toEqual([]);
  });

  test("what is small", () => {
    const program = (x: Tensor, w: Tensor, v: Tensor) => [matmul(matmul(x, w).tanh(), v)];
    expect(halved(program, [x, w, v], 48)).toEqual(["matmul", "tanh"]);
    expect(halved(program, [x, w, v], 49)).toEqual([]);
  });
});

test("softmax keeps its exponentials in f16, and in f32 their sums and the logits", () => {
  const outputs = optimised(trace(() => [matmul(softmax(matmul(x, w), 1), v), logSoftmax(matmul(x, v), 1)]));
  const kept = halvesOf(outputs, new Set([x, w, v]), 1);
  const names = (some: Iterable<Tensor>) => new Set([...some].map(({ op }) => op.name));
  expect(names(kept)).toEqual(new Set(["sub", "exp", "div"]));
  const sums = inOrder(outputs).filter(({ op }) => op.kind === "reduce");
  expect(sums.length).toBeGreaterThan(0);
  for (const node of sums) expect(kept.has(node)).toBe(false);
});

test("the chain of a Langevin walk is a carry in f32, whatever flows through the net in f16", () => {
  const walk = (x: Tensor, w: Tensor) => [
    loop(
      5,
      (i, at) =>
        at
          .sub(grad(sum(matmul(matmul(at, w).silu(), w).square()), at).mul(0.1))
          .add(normal(key(1), at.shape).mul(i.toFloat())),
      x,
    ),
  ];
  const outputs = optimised(trace(() => walk(x, w)));
  const { body } = outputs[0].inputs[0].attributes as { body: Body };
  const kept = halvesOf(outputs, new Set([x, w]), 1);
  expect(kept.size).toBeGreaterThan(3);
  for (const result of body.results) expect(kept.has(result)).toBe(false);
  expect(body.carried.some((carry) => kept.has(carry))).toBe(false);
});
