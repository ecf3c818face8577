/** Compiled programs mean what eager ones do: any program, any arguments, any results, whatever they capture. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  broadcast,
  compile,
  concat,
  constant,
  dispose,
  evaluate,
  foldIn,
  fromArray,
  grad,
  iota,
  key,
  loop,
  normal,
  scope,
  sum,
  tensor,
  toArray,
  where,
  type Tensor,
} from "../../engine/index.ts";
import { optimised } from "../../engine/compile/passes.ts";
import { inputOp, placeholder } from "../../engine/ops/sources.ts";
import { trace } from "../../engine/tracing.ts";
import { draw, drawIndices, f32, seeds, u32 } from "./draw.ts";
import "./opened.ts";
import { INPUTS, programs, run } from "./programs.ts";
import { check } from "./property.ts";
import { expectAgreement, expected, expectResults } from "./threeWays.ts";

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

const inputsOf = (seed: number, count = INPUTS) => Array.from({ length: count }, (_, at) => draw(seed + at, [3, 4]));

describe("random programs", () => {
  test("are the same eagerly, compiled and replayed", () =>
    check(
      fc.tuple(programs(10), seeds),
      ([program, seed]) => expectAgreement((...x) => run(program, x), inputsOf(seed)),
      15,
    ));

  test("are the same run again on other tensors and numbers, without being traced again", () =>
    check(
      fc.tuple(programs(6), seeds),
      async ([program, seed]) => {
        let traces = 0;
        const scaled = (factor: Tensor, ...x: Tensor[]) => {
          traces++;
          return run(program, [x[0].mul(factor), x[1]]).add(factor);
        };
        const compiled = compile(scaled);
        for (const [at, factor] of [0.5, -1.25, 2, 0.5].entries()) {
          const inputs = inputsOf(seed + 10 * at);
          const results = scope(() => compiled(factor, ...inputs.map(fromArray)));
          await expectResults("compiled", results, expected(scaled, [f32([], factor), ...inputs]));
          traces--;
        }
        expect(traces).toBe(1);
        compiled.dispose();
      },
      8,
    ));

  test("as the body of a loop are that many calls of it", () =>
    check(
      fc.tuple(programs(4), programs(3), fc.constantFrom(1, 2, 3), fc.boolean(), seeds),
      ([first, second, count, nested, seed]) => {
        const program =
          (unroll: boolean) =>
          (x: Tensor, y: Tensor, outside: Tensor): Tensor[] => {
            const body = (i: Tensor, [a, b]: Tensor[]): Tensor[] => {
              const next = run(first, [outside, a, b]).tanh();
              const inner = nested
                ? loop(2, (_j, [c]) => [run(second, [next, a, c]).tanh()], [b], { unroll })[0]
                : run(second, [a, next]).tanh();
              return [inner, i.toFloat().mul(0.1).add(next)];
            };
            return [...loop(count, body, [x, y], { unroll }), outside.mul(2)];
          };
        return expectAgreement(program(false), inputsOf(seed, 3), { meaning: program(true) });
      },
      10,
    ));

  test("are simplified into what has the same value", () =>
    check(
      fc.tuple(programs(10), seeds),
      ([program, seed]) => {
        const inputs = inputsOf(seed);
        const given = new Map(
          inputs.map((input) => [
            placeholder(inputOp, { ...input, label: "x" }),
            { ...input, data: Float64Array.from(input.data) },
          ]),
        );
        const outputs = trace(() => {
          const y = run(program, [...given.keys()]);
          return [y, ...grad(sum(y), [...given.keys()])];
        });
        const before = evaluate(outputs, given);
        evaluate(optimised(outputs), given).forEach(({ data, shape }, at) => {
          expect(shape).toEqual(before[at].shape);
          data.forEach((value, i) => expect(value).toBeCloseTo(before[at].data[i], 10));
        });
      },
      60,
    ));
});

describe("arguments", () => {
  test("are trees of tensors, numbers and keys", async () => {
    interface Model {
      layers: { w: Tensor }[];
      rate: Tensor;
    }
    const program = compile((model: Model, noise: Tensor, step: Tensor) =>
      model.layers.map(({ w }) => w.mul(model.rate).add(normal(foldIn(noise, step), w.shape))),
    );
    const layers = [{ w: tensor([1, 2]) }, { w: tensor([[3]]) }];
    const results = program({ layers, rate: 0.5 } as never, key(1), 7);
    const wanted = layers.map(({ w }) => w.mul(0.5).add(normal(foldIn(key(1), 7), w.shape)));
    for (const [at, result] of results.entries()) expect(await numbers(result)).toEqual(await numbers(wanted[at]));
  });

  test("of other shapes are another trace, views and constants are computed first", async () => {
    const shapes: string[] = [];
    const program = compile((x: Tensor) => {
      shapes.push(String(x.shape));
      return x.add(1);
    });
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await numbers(program(x.transpose()))).toEqual([2, 5, 3, 6, 4, 7]);
    expect(await numbers(program(broadcast(constant(1), [3, 2])))).toEqual([2, 2, 2, 2, 2, 2]);
    expect(await numbers(program(x))).toEqual([2, 3, 4, 5, 6, 7]);
    expect(shapes).toEqual(["3,2", "2,3"]);
  });

  test("given as numbers may be infinite or NaN", async () => {
    const program = compile((limit: Tensor, x: Tensor) => x.minimum(limit));
    expect(await numbers(program(Infinity, tensor([1, 2])))).toEqual([1, 2]);
    expect(await numbers(program(1.5, tensor([1, 2])))).toEqual([1, 1.5]);
  });

  test("are named where they will not do", () => {
    const program = compile((x: { a: Tensor }) => x.a.mul(2));
    expect(() => program({ a: "one" } as never)).toThrow(
      new TypeError("compile: argument 0.a is neither a tensor nor a number, got one"),
    );
    const x = tensor([1]);
    dispose(x);
    expect(() => program({ a: x })).toThrow(
      new ReferenceError("compile: argument 0.a is disposed or donated, f32 [1] from tensor"),
    );
    const leaking = compile((y: Tensor) => {
      program({ a: y });
      return y;
    });
    expect(() => leaking(tensor([1]))).toThrow(
      /^compile: argument 0.a is part of another trace, f32 \[1\] from input$/,
    );
  });

  test("may be numbers up to the size of the parameter block", async () => {
    const program = compile((...factors: Tensor[]) => factors.reduce((a, b) => a.add(b)));
    expect(await numbers(program(...Array.from({ length: 252 }, () => 1)))).toEqual([252]);
    expect(() => program(...Array.from({ length: 253 }, () => 1))).toThrow(
      new RangeError("compile: the numbers given take 253 words, a program has room for 252; put them into a tensor"),
    );
  });
});

describe("results", () => {
  const x = draw(1, [2, 3]);

  test("may be an argument, the same tensor twice, a view of either", async () => {
    await expectAgreement((x) => [x, x, x.reshape([3, 2]), x.transpose(), x.mul(2).reshape([6]), x.mul(2)], [x]);
  });

  test("may be constants, numbers given, indices", async () => {
    await expectAgreement(
      (n) => [constant(3), n, n.broadcast([2]), iota([5]), constant(2, "u32").broadcast([3]), constant(1).less(2)],
      [f32([], 7)],
    );
    const program = compile((n: Tensor) => [n, constant(3)]);
    expect(await Promise.all(program(7).map(numbers))).toEqual([[7], [3]]);
  });

  test("that share a buffer with an argument are tensors of their own", async () => {
    const program = compile((x: Tensor) => [x, x.reshape([2])]);
    const given = tensor([1, 2]);
    const [same, flat] = program(given);
    dispose(given, same);
    expect(await numbers(flat)).toEqual([1, 2]);
  });

  test("of every type come back as they are", async () => {
    await expectAgreement(
      (x, i, k) => [x.less(0), i.add(1), foldIn(k, 3), where(x.less(0), x, 0), x.less(0).and(x.less(-1))],
      [x, drawIndices(2, [4], 9), { ...u32([], 1, 2), dtype: "key" }],
    );
  });

  test("must be tensors", () => {
    const program = compile((x: Tensor) => ({ loss: x, count: 3 }) as never);
    expect(() => program(tensor(1))).toThrow(new TypeError("compile: the result count is not a tensor, got 3"));
  });
});

describe("what a program captures", () => {
  test("are live tensors from outside, as they were when it was traced", async () => {
    const w = tensor([1, 2, 3]);
    const program = compile((x: Tensor) =>
      x
        .add(w.mul(2))
        .add(w.transpose())
        .add(tensor([100, 100, 100])),
    );
    expect(await numbers(program(tensor([1, 1, 1])))).toEqual([104, 107, 110]);
    dispose(w);
    expect(await numbers(program(tensor([0, 0, 0])))).toEqual([103, 106, 109]);
  });

  test("is kept when the first run was in a scope", async () => {
    const program = compile((x: Tensor) => x.add(tensor([1, 2]).mul(3)));
    for (let run = 0; run < 2; run++)
      expect(await numbers(scope(() => program(tensor([10 * run, 0]))))).toEqual([10 * run + 3, 6]);
  });

  test("stays what it was when another program donates it", async () => {
    const w = tensor([1, 2]);
    const captures = compile((x: Tensor) => x.add(w));
    expect(await numbers(captures(tensor([0, 0])))).toEqual([1, 2]);
    const overwrites = compile((x: Tensor) => x.mul(10), { donate: [0] });
    expect(await numbers(overwrites(w))).toEqual([10, 20]);
    expect(await numbers(captures(tensor([0, 0])))).toEqual([1, 2]);
  });

  test("may be a result, or the start of a loop", async () => {
    const w = tensor([1, 2]);
    const program = compile((x: Tensor) => [w, loop(3, (_i, y) => y.add(w).add(x), w)]);
    const results = program(tensor([10, 20]));
    expect(await Promise.all(results.map(numbers))).toEqual([
      [1, 2],
      [34, 68],
    ]);
  });

  test("must not be disposed yet when it is traced", () => {
    const w = tensor([1]);
    dispose(w);
    expect(() => compile((x: Tensor) => x.add(w))(tensor([1]))).toThrow(
      new ReferenceError("add: an operand was disposed or donated before, f32 [1] from tensor"),
    );
  });
});

describe("generated shaders", () => {
  test("take numbers whose product no f32 holds", async () => {
    await expectAgreement(
      (x) => {
        const huge = constant(3e38).mul(3e38).mul(constant(-3e38).sub(3e38));
        return [
          where(x.less(10), x, huge),
          constant(0, "u32").sub(1).broadcast([2]),
          constant(4e9, "u32").mul(4e9).add(x.toIndex()),
        ];
      },
      [f32([2], 1, 2)],
      { exactly: true },
    );
  });

  test("take numbers of every size", async () => {
    const values = [1e-30, -1e30, 1e21, 123456789, 0.1, 16777217, 3.4028234663852886e38, 1.1754943508222875e-38, 5];
    await expectAgreement((x) => values.map((value) => x.add(value)), [f32([1], 0)], { exactly: false });
  });

  test("may read more buffers than a device binds", async () => {
    const many = Array.from({ length: 40 }, (_, at) => draw(at, [5], -1, 1));
    await expectAgreement((...x) => x.reduce((a, b) => a.mul(0.5).add(b)), many);
    await expectAgreement((...x) => concat(x.map((y) => y.exp())).sum(), many.slice(0, 20));
    await expectAgreement(
      (...x) =>
        x
          .reduce((a, b) => a.add(b))
          .reshape([1, 5])
          .matmul(x[0].reshape([5, 1]))
          .add(
            x
              .slice(20)
              .reduce((a, b) => a.mul(b))
              .sum(),
          ),
      many,
    );
  });

  test("of tensors without elements do nothing", async () => {
    await expectAgreement(
      (x) => [x.exp().sum(0), x.mul(2), sum(x), loop(3, (_i, y) => y.add(1), x)],
      [draw(1, [0, 3])],
    );
  });
});
