/** Functions with a gradient of their own, functions computed twice, and whole Jacobians. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gradcheck } from "../../engine/check/gradcheck.ts";
import {
  checkpoint,
  compile,
  concat,
  customVjp,
  fromArray,
  grad,
  jacobian,
  loop,
  matmul,
  reference,
  sum,
  tensor,
  toArray,
  vjp,
  type HostArray,
  type Tensor,
} from "../../engine/index.ts";
import { draw, seeds } from "./draw.ts";
import { INPUTS, programs, run } from "./programs.ts";
import { check } from "./property.ts";
import { expectAgreement, expected } from "./threeWays.ts";

const AGREES = 1e-6;
const numbers = async (x: Tensor): Promise<number[]> => [...(await toArray(x)).data];

type Two = (x: Tensor, y: Tensor) => Tensor;

/** Functions of two tensors, between others: all that a gradient of first and second order passes through. */
const between = fc.record({ before: programs(3), inside: programs(4), after: programs(3), seed: seeds });
type Between = typeof between extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** Value, slopes and second slopes of a random program whose middle is wrapped. */
const derivatives =
  ({ before, inside, after }: Between, wrap: (f: Two) => Two) =>
  (x: Tensor, y: Tensor): Tensor[] => {
    const f = wrap((a, b) => run(inside, [a, b]));
    const start = run(before, [x, y]);
    const value = run(after, [x, f(start, y), f(x, start)]);
    const first = grad(sum(value), [x, y]);
    return [
      value,
      ...first,
      ...grad(
        first.map((slope) => sum(slope.tanh())).reduce((a, b) => a.add(b)),
        [x, y],
      ),
    ];
  };

const inputsOf = ({ seed }: Between): HostArray[] => Array.from({ length: INPUTS }, (_, at) => draw(seed + at, [3, 4]));

/** Asserts that a wrapped function has the value and the derivatives of the function, in the reference and on the device. */
async function expectTransparent(wrap: (f: Two) => Two): Promise<void> {
  await check(
    between,
    (drawn) => {
      const inputs = inputsOf(drawn);
      const plain = expected(
        derivatives(drawn, (f) => f),
        inputs,
        true,
      ).values;
      const wrapped = expected(derivatives(drawn, wrap), inputs, true).values;
      wrapped.forEach(({ data }, at) => {
        const scale = plain[at].data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        data.forEach((value, i) => expect((value - plain[at].data[i]) / scale).toBeCloseTo(0, 10));
      });
    },
    40,
  );
  await check(between, (drawn) => expectAgreement(derivatives(drawn, wrap), inputsOf(drawn)), 3);
}

describe("customVjp()", () => {
  test("given the gradient of its function is that function, in random programs and at second order too", () =>
    expectTransparent((f) => customVjp(f, (dy, [x, y]) => vjp(f(x, y), [x, y], dy))));

  const cube = customVjp(
    (x) => x.mul(x).mul(x),
    (dy, [x]) => [dy.mul(x.square()).mul(3)],
  );

  test("has the value of the function and the gradient that was given", async () => {
    const x = tensor([1, -2]);
    expect(await numbers(cube(x))).toEqual([1, -8]);
    expect(await numbers(grad(sum(cube(x)), x))).toEqual([3, 12]);
    const straight = customVjp(
      (x) => x.sign(),
      (dy) => [dy],
    );
    expect(await numbers(grad(sum(straight(x).mul(tensor([5, 7]))), x))).toEqual([5, 7]);
  });

  test("can be differentiated again, since its gradient is made of ops", async () => {
    expect(gradcheck((x) => cube(x), [draw(1, [2, 3])], 3)).toBeLessThan(AGREES);
    await expectAgreement(
      (x) => {
        const slope = grad(sum(cube(x)), x);
        return [cube(x), slope, grad(sum(slope), x)];
      },
      [draw(1, [2, 3])],
    );
  });

  test("of several arguments computes their gradients together, once", async () => {
    let calls = 0;
    const product = customVjp(
      (x, y) => x.mul(y),
      (dy, [x, y]) => {
        calls++;
        return [dy.mul(y), dy.mul(x)];
      },
    );
    const [x, y] = [tensor([2, 3]), tensor([5, 7])];
    const slopes = grad(sum(product(x, y)), [x, y]);
    expect([await numbers(slopes[0]), await numbers(slopes[1]), calls]).toEqual([[5, 7], [2, 3], 1]);
  });

  test("whose gradient is a vjp does not count the way from one argument to another twice", async () => {
    const product = (x: Tensor, y: Tensor): Tensor => x.mul(y);
    const custom = customVjp(product, (dy, [x, y]) => vjp(product(x, y), [x, y], dy));
    const x = tensor([2, 3]);
    // Of x² · x, whose two arguments are not independent.
    expect(await numbers(grad(sum(custom(x.square(), x)), x))).toEqual([12, 27]);
    expect(await numbers(compile((x: Tensor) => grad(sum(custom(x.square(), x)), x))(x))).toEqual([12, 27]);
  });

  test("gives no gradient where it is null", async () => {
    const first = customVjp(
      (x, y) => x.add(y),
      (dy) => [dy, null],
    );
    const [x, y] = [tensor([2, 3]), tensor([5, 7])];
    const slopes = grad(sum(first(x, y)), [x, y]);
    expect([await numbers(slopes[0]), await numbers(slopes[1])]).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  test("with { once: true } throws at second order instead of being wrong", async () => {
    const surrogate = customVjp(
      (x) => x.sign(),
      (dy, [x]) => [dy.mul(x)],
      { once: true },
    );
    const x = tensor([1, -2]);
    const slope = grad(sum(surrogate(x)), x);
    expect(await numbers(slope)).toEqual([1, -2]);
    expect(() => grad(sum(slope), x)).toThrow("grad: a custom gradient declared { once: true } has no gradient");
  });

  test("throws towards a tensor that the function reads from outside", async () => {
    const w = tensor([3, 4]);
    const scaled = customVjp(
      (x) => x.mul(w),
      (dy, [x]) => [dy.mul(x)],
    );
    const x = tensor([1, 2]);
    expect(await numbers(grad(sum(scaled(x)), x))).toEqual([1, 2]);
    expect(() => grad(sum(scaled(x)), w)).toThrow(
      "customVjp: the function reads f32 [2] from tensor from outside, towards which it has no gradient",
    );
  });

  test("wants one gradient per input", () => {
    const wrong = customVjp(
      (x, y) => x.add(y),
      (dy) => [dy],
    );
    const [x, y] = [tensor([1]), tensor([2])];
    expect(() => grad(sum(wrong(x, y)), x)).toThrow("customVjp: one gradient per input, got 1 for 2 inputs");
  });
});

describe("checkpoint()", () => {
  test("of a function is that function, in random programs and at second order too", () =>
    expectTransparent((f) => checkpoint(f)));

  /** Some layers as wide as the batch, each a checkpoint or not. */
  const net = (wrap: (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor) => (x: Tensor, w: Tensor) => {
    const layer = (x: Tensor) => matmul(matmul(x, w).tanh(), w).tanh();
    return [0, 1, 2, 3].reduce((y) => wrap(layer)(y), x);
  };
  const plain = net((f) => f);
  const twice = net((f) => checkpoint(f));
  const inputs = [draw(1, [5, 4]), draw(2, [4, 4], -0.7, 0.7)];

  test("changes neither values nor gradients, nor theirs, also towards what is read from outside", async () => {
    const program = (f: typeof plain) => (x: Tensor, w: Tensor) => {
      const first = grad(sum(f(x, w).square()), [x, w]);
      return [f(x, w), ...first, ...grad(sum(first[0].mul(x)).add(sum(first[1].square())), [x, w])];
    };
    expect(gradcheck((x, w) => twice(x, w), inputs, 3)).toBeLessThan(AGREES);
    const [once, again] = [program(plain), program(twice)].map((f) => expected(f, inputs).values);
    again.forEach(({ data }, at) => data.forEach((value, i) => expect(value).toBeCloseTo(once[at].data[i], 12)));
    await expectAgreement(program(twice), inputs);
  });

  test("takes less memory, and more work", async () => {
    const x = fromArray(draw(1, [256, 32]));
    const w = fromArray(draw(2, [32, 32], -0.3, 0.3));
    const planned = async (f: typeof plain) => {
      const program = compile((x: Tensor, w: Tensor) => grad(sum(f(x, w)), [x, w]));
      const { slots, commands } = (await program.prepare(x, w)).schedule;
      const results = program(x, w);
      return {
        bytes: slots.reduce((total, slot) => total + slot.bytes, 0),
        dispatches: commands.length,
        slopes: [await numbers(results[0]), await numbers(results[1])].flat(),
      };
    };
    const [once, again] = [await planned(plain), await planned(twice)];
    expect(again.bytes).toBeLessThan(0.75 * once.bytes);
    expect(again.dispatches).toBeGreaterThan(once.dispatches);
    const differences = again.slopes.map((slope, i) => Math.abs(slope - once.slopes[i]));
    expect(differences.reduce((a, b) => Math.max(a, b))).toBeLessThan(5e-5);
  });

  test("works inside a loop, and around an unrolled one", async () => {
    const descent = (unroll: boolean) => (x: Tensor, w: Tensor) => {
      const energy = checkpoint((at) => matmul(at, w).tanh());
      return loop(3, (_i, at) => at.sub(grad(sum(energy(at)), at).mul(0.1)), x, { unroll });
    };
    await expectAgreement(descent(false), inputs, { meaning: descent(true) });
    const walked = (x: Tensor, w: Tensor) =>
      checkpoint((x) => loop(3, (_i, at) => matmul(at, w).tanh(), x, { unroll: true }))(x);
    expect(gradcheck(walked, inputs, 2)).toBeLessThan(AGREES);
  });

  test("of a function that returns its argument is that argument", async () => {
    const same = checkpoint((x) => x);
    const program = compile((x: Tensor) => grad(sum(same(x).square()), x));
    expect(await numbers(program(tensor([3])))).toEqual([6]);
  });
});

describe("jacobian()", () => {
  test("has the shape of y followed by that of x, a row for every element of y", async () => {
    const [x, w] = [
      tensor([1, 2, 3]),
      tensor([
        [1, 0, 2],
        [0, -1, 1],
      ]),
    ];
    const y = matmul(w, x.reshape([3, 1])).reshape([2]);
    const j = jacobian(y, x);
    expect([j.shape, await numbers(j)]).toEqual([
      [2, 3],
      [1, 0, 2, 0, -1, 1],
    ]);
  });

  test("of a scalar is its gradient, of nothing is nothing", async () => {
    const x = tensor([[1, 2]]);
    expect(await numbers(jacobian(sum(x.square()), x))).toEqual([2, 4]);
    expect(jacobian(x.slice([[0, 0]]), x).shape).toEqual([0, 2, 1, 2]);
  });

  test("agrees in all three ways and can be differentiated again", async () => {
    const f = (x: Tensor) => jacobian(concat([x.tanh(), x.square()]), x);
    expect(gradcheck(f, [draw(3, [4])], 2)).toBeLessThan(AGREES);
    await expectAgreement(f, [draw(3, [4])]);
    const hessian = reference((x: Tensor) => jacobian(grad(sum(x.mul(x).mul(x)), x), x));
    const { data } = hessian({ shape: [2], data: [1, 2] }) as { data: Float64Array };
    expect([...data]).toEqual([6, 0, 0, 12]);
  });
});
