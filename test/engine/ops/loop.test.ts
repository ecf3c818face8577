/** loop: in a compiled program a primitive whose carries live in two buffers in turn, elsewhere an ordinary loop. */

import { expect, test } from "vitest";
import {
  bits,
  compile,
  concat,
  foldIn,
  fromArray,
  grad,
  key,
  loop,
  normal,
  put,
  sum,
  tensor,
  toArray,
  type Tensor,
} from "../../../engine/index.ts";
import { draw, drawIndices } from "../draw.ts";
import "../opened.ts";
import { expectAgreement, expectResults, expected } from "../threeWays.ts";

/** `loop`, or the same unrolled. */
type Loop = typeof loop;
type Body = (i: Tensor, carry: Tensor[], outside: Tensor[], loop: Loop) => Tensor[];
type After = (carry: Tensor[], outside: Tensor[], loop: Loop) => Tensor[];

const unrolled: Loop = (count, body, carry) => loop(count, body, carry, { unroll: true });

/** Odd and even numbers of iterations end with the carries in different buffers. */
const counts = [1, 2, 3, 4, 5];

/** Asserts that a loop over arrays drawn in these shapes is n calls of its body. Carries come first, then what is read from outside. */
async function expectLoop(
  body: Body,
  {
    carries = 2,
    outsiders = 0,
    shape = [3, 5],
    after = (carry) => carry,
  }: { carries?: number; outsiders?: number; shape?: number[]; after?: After } = {},
): Promise<void> {
  const inputs = Array.from({ length: carries + outsiders }, (_, at) => draw(at, shape));
  for (const count of counts) {
    const program =
      (repeat: Loop) =>
      (...all: Tensor[]) => {
        const [first, outside] = [all.slice(0, carries), all.slice(carries)];
        const last = repeat(count, (i, carry) => body(i, carry, outside, repeat), first);
        return after(last, outside, repeat);
      };
    await expectAgreement(program(loop), inputs, { meaning: program(unrolled) });
  }
}

const bodies: Record<string, Body> = {
  "a carry updated in its place": (_i, [x, y]) => [x.mul(0.5).add(1), y.neg()],
  "carries that change places": (_i, [x, y]) => [y, x],
  "carries that change places, one of them changed": (_i, [x, y]) => [y, x.add(1)],
  "a carry that feeds the other": (_i, [x, y]) => [x.add(y), x.sub(y)],
  "a carry passed through": (_i, [x, y]) => [x, y.add(x)],
  "a carry that is forgotten": (_i, [x]) => [x.mul(2), x],
  "one result for both carries": (_i, [x, y]) => [x.add(y), x.add(y)],
  "a carry read at other places": (_i, [x, y]) => [
    concat([x.slice([null, [1, 5]]), x.slice([null, [0, 1]])], 1).add(y),
    y,
  ],
  "a carry replaced by a constant": (_i, [x, y]) => [y.mul(0), x.add(y)],
  "results that depend on the iteration": (i, [x, y]) => [x.add(i.toFloat()), y.mul(i.toFloat().sub(1))],
  "a carry that is the iteration": (i, [x, y]) => [i.toFloat().add(y.mul(0)), x],
  "a matrix product": (_i, [x, y]) => [x.matmul(y, { transposeB: true }).matmul(y).tanh(), y],
  "a reduction": (_i, [x, y]) => [x.sub(x.mean(1, { keepDims: true })), y.add(sum(x))],
  "random numbers of each iteration": (i, [x, y]) => [x.add(normal(foldIn(key(5), i), x.shape)), y],
  "results computed after others of their size": (_i, [x, y]) => {
    const between = x.matmul(y, { transposeB: true }).matmul(y);
    return [between.matmul(x, { transposeB: true }).matmul(x).tanh(), y];
  },
  "reshaped carries": (_i, [x, y]) => [y.reshape([5, 3]).reshape([3, 5]), x.reshape([15]).add(1).reshape([3, 5])],
  "a gradient": (_i, [x, y]) => [x.sub(grad(sum(x.square().mul(y)), x).mul(0.1)), y],
};

test.each(Object.entries(bodies))("loop(n) with %s is its body n times over", async (_name, body) => {
  await expectLoop(body);
});

test("loop(n) whose carries start from one tensor keeps them apart", async () => {
  await expectLoop((_i, [x]) => [x.add(1)], {
    carries: 1,
    after: ([x], _outside, loop) => loop(3, (_i, [a, b]) => [a.add(1), b.add(a)], [x, x]),
  });
});

test("loop(n) reads tensors from outside, and leaves them for later", async () => {
  await expectLoop((_i, [x, y], [a, b]) => [x.add(a.mul(b)), y.mul(a.exp())], {
    outsiders: 2,
    after: ([x, y], [a, b]) => [x, y.add(b), a.mul(b), a],
  });
});

test("loop(n) reads what was computed before it, and leaves it for later", async () => {
  await expectLoop((_i, [x], [a]) => [x.add(a)], {
    carries: 1,
    outsiders: 1,
    after([x], [a], loop) {
      const b = a.exp().add(x);
      const [y] = loop(3, (_i, [z]) => [z.mul(0.5).add(b)], [x]);
      return [y, b.add(y), x];
    },
  });
});

test("loop(n) that starts from what it also reads in every iteration keeps that", async () => {
  await expectLoop((_i, [x]) => [x.add(1)], {
    carries: 1,
    after([x], _outside, loop) {
      const start = x.exp();
      return loop(3, (_i, [y, z]) => [y.mul(0.5).add(start), z.sub(y)], [start, start.add(x)]);
    },
  });
});

test("a second loop goes on where the first one ends", async () => {
  await expectLoop((_i, [x, y]) => [x.add(y), y.mul(0.5)], {
    after: (carry, _outside, loop) => loop(3, (_i, [x, y]) => [x.sub(y), y.add(1)], carry),
  });
});

const nested: Record<string, Body> = {
  "whose result is the carry of the outer one": (_i, [x, y], _outside, loop) =>
    loop(3, (_j, [a, b]) => [a.add(b), b.mul(0.5)], [x, y]),
  "once, whose result is the carry of the outer one": (_i, [x, y], _outside, loop) =>
    loop(1, (_j, [a, b]) => [a.add(b), b.mul(0.5)], [x, y]),
  "that changes carries twice over": (_i, [x, y], _outside, loop) => loop(2, (_j, [a, b]) => [b, a.add(1)], [y, x]),
  "that reads a carry of the outer one, which changes sides": (_i, [x, y], _outside, loop) => [
    y,
    loop(3, (_j, z) => z.mul(0.5).add(x), y),
  ],
  "that depends on both iterations": (i, [x, y], _outside, loop) => [
    loop(3, (j, z) => z.mul(0.5).add(i.toFloat()).mul(j.toFloat().add(1)), x),
    y.add(i.toFloat()),
  ],
  "that starts from a tensor computed in the outer one": (_i, [x, y], _outside, loop) => {
    const start = x.mul(y);
    const end = loop(3, (_j, z) => z.add(x), start);
    return [end.sub(start), y];
  },
};

test.each(Object.entries(nested))("a loop in a loop %s", async (_name, body) => {
  await expectLoop(body);
});

test("three loops inside each other count right", async () => {
  const program = compile((x: Tensor) =>
    loop(2, (i, a) => loop(3, (j, b) => loop(2, (k, c) => c.mul(2).add(i.add(j).add(k).toFloat()), b), a), x),
  );
  let wanted = 1;
  for (let i = 0; i < 2; i++) for (let j = 0; j < 3; j++) for (let k = 0; k < 2; k++) wanted = wanted * 2 + i + j + k;
  expect((await toArray(program(tensor([1])))).data).toEqual(Float32Array.of(wanted));
});

test("loop(n) knows its iteration beyond 1024, where a new stretch of indices begins", async () => {
  const count = 2500;
  const program = (seen: Tensor, total: Tensor) =>
    loop(
      count,
      (i, [rows, sum]) => [put(rows, i.reshape([1]), i.reshape([1])), sum.add(bits(foldIn(key(3), i), [4]))],
      [seen, total],
    );
  const inputs = [drawIndices(1, [count], 9), drawIndices(2, [4], 9)];
  const results = compile(program)(...(inputs.map(fromArray) as [Tensor, Tensor]));
  await expectResults("compiled", results, expected(program, inputs, true));
  expect((await toArray(results[0])).data).toEqual(Uint32Array.from({ length: count }, (_, i) => i));
});

test("loop(0) is its start", async () => {
  await expectAgreement((x) => loop(0, (_i, y) => y.add(1), x), [draw(1, [3])], { exactly: true });
});

test("loop() names the carry whose shape or type changes", () => {
  const x = tensor([1, 2]);
  const grows = compile((x: Tensor) => loop(2, (_i, { a, b }) => ({ a, b: concat([b, a]) }), { a: x, b: x }));
  expect(() => grows(x)).toThrow(/^loop: carry b changes from f32 \[2\] from input to f32 \[4\] from concat$/);
  const shrinks = compile((x: Tensor) => loop(2, (_i, [a]) => [a] as Tensor[], [x, x]));
  expect(() => shrinks(x)).toThrow("loop: the body must return a carry of 2 tensors, got 1");
  expect(() => loop(1.5, (_i, a) => a, x)).toThrow(/^loop: the count is a non-negative integer, got 1.5$/);
});

test("loop() takes what its body returns by name, whatever the order", async () => {
  const program = (x: Tensor) => {
    const end = loop(3, (_i, { a, b }) => ({ b: b.mul(2), a: a.add(1) }), { a: x, b: x });
    return [end.a, end.b];
  };
  await expectAgreement(program, [draw(1, [4])], { meaning: (x) => [x.add(3), x.mul(8)] });
  const renames = compile((x: Tensor) => loop(2, (_i, { a }) => ({ c: a }) as never, { a: x }));
  expect(() => renames(tensor([1]))).toThrow(/^loop: the body returns no a; it returns c$/);
});

test("grad() through a loop asks for one that is unrolled", async () => {
  const slope = (unroll: boolean) => compile((x: Tensor) => grad(sum(loop(3, (_i, y) => y.mul(y), x, { unroll })), x));
  expect(() => slope(false)(tensor([1]))).toThrow(/^grad: loop has no gradient/);
  expect((await toArray(slope(true)(tensor([1])))).data).toEqual(Float32Array.of(8));
});

test("a carry that nobody asks for is not computed, unless one that is asked for depends on it", async () => {
  const program = (asked: number) => (x: Tensor) =>
    loop(
      3,
      (_i, [a, b, c]) => {
        const inner = loop(2, (_j, [p, q]) => [p.mul(0.5).add(c), q.sin()], [a, a]);
        return [inner[0], b.add(a.square().sum()), c.mul(0.9).tanh()];
      },
      [x, x.sum(), x.cos()],
    )[asked];
  const input = draw(1, [3, 5]);
  const x = fromArray(input);
  const dispatches: number[] = [];
  for (const asked of [0, 1, 2]) {
    await expectAgreement(program(asked), [input]);
    const compiled = compile(program(asked));
    dispatches.push(Number.parseInt((await compiled.prepare(x)).explain(), 10));
    compiled.dispose();
  }
  const [twoCarries, all, one] = dispatches;
  expect(one).toBeLessThan(twoCarries);
  expect(twoCarries).toBeLessThan(all);
});
