/** What becomes one dispatch, what gets a buffer, and that no kernel binds more buffers than a device allows. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { close } from "../../engine/compile/close.ts";
import { optimised } from "../../engine/compile/passes.ts";
import { Plan } from "../../engine/compile/plan.ts";
import { schedule, type Command, type Dispatch } from "../../engine/compile/schedule.ts";
import {
  compile,
  concat,
  conv2d,
  conv2dInput,
  dispose,
  foldIn,
  fromArray,
  grad,
  key,
  leakyRelu,
  listingOf,
  prod,
  matmul,
  normal,
  softmax,
  sum,
  tensor,
  toArray,
  type HostArray,
  type Tensor,
} from "../../engine/index.ts";
import { inputOp, placeholder } from "../../engine/ops/sources.ts";
import { adopt } from "../../engine/scope.ts";
import { trace } from "../../engine/tracing.ts";
import { draw, seeds } from "./draw.ts";
import { device } from "./opened.ts";
import { programs, run } from "./programs.ts";
import { check } from "./property.ts";
import { expectAgreement, expected, expectResults, type Program } from "./threeWays.ts";

const dispatchesOf = (commands: readonly Command[]): Dispatch[] =>
  commands.flatMap((command) =>
    command.kind === "dispatch" ? [command] : command.kind === "loop" ? dispatchesOf(command.body) : [],
  );

/** The dispatches of a program, as labels. */
async function labels(program: (...inputs: Tensor[]) => Tensor | Tensor[], ...shapes: number[][]): Promise<string[]> {
  const inputs = shapes.map((shape, at) => fromArray(draw(at, shape)));
  const plan = await compile(program as (...inputs: Tensor[]) => Tensor).prepare(...inputs);
  dispose(inputs);
  return dispatchesOf(plan.schedule.commands).map(({ label }) => label);
}

const squared = (array: HostArray): HostArray => ({ ...array, data: array.data.map((x) => x * x) });

describe("one dispatch is enough for", () => {
  const rows: Record<string, [(...inputs: Tensor[]) => Tensor, ...number[][]]> = {
    "a chain of elementwise ops": [(x, y) => x.mul(y).add(1).tanh().sub(y).exp(), [4, 4], [4]],
    "movements on the way": [(x) => concat([x.transpose(), x.slice([null, [0, 2]]).reshape([2, 4])]).mul(2), [4, 4]],
    "a product with bias, activation and residual": [
      (x, w, b) => leakyRelu(matmul(x, w).add(b), 0.2).add(x),
      [9, 9],
      [9, 9],
      [9],
    ],
    "a convolution with bias and activation": [
      (x, w, b) =>
        conv2d(x, w)
          .add(b.reshape([1, 3, 1, 1]))
          .silu(),
      [2, 2, 5, 5],
      [3, 2, 3, 3],
      [3],
    ],
    "a reduction of an expression, and what follows": [(x) => sum(x.square().mul(0.5), 1).sqrt().add(1), [5, 7]],
    "an activation that reads its argument twice": [(x, w) => matmul(x, w).silu(), [9, 9], [9, 9]],
    "random numbers where they are used": [(x) => x.add(normal(foldIn(key(1), 2), [4, 4]).mul(0.1)), [4, 4]],
    "a product with a vector": [(x, w) => matmul(x, w).reshape([5]).silu(), [5, 9], [9, 1]],
  };

  test.each(Object.entries(rows))("%s", async (_name, [program, ...shapes]) => {
    expect(await labels(program, ...shapes)).toHaveLength(1);
    await expectAgreement(
      program,
      shapes.map((shape, at) => draw(at, shape)),
    );
  });
});

test("an update of Langevin dynamics on a net has one dispatch for each product, the update in the last", async () => {
  const step = (x: Tensor, w: Tensor, v: Tensor) => {
    const energy = matmul(matmul(x, w).silu(), v);
    return x.sub(grad(sum(energy), x).mul(0.01));
  };
  const list = await labels(step, [9, 9], [9, 9], [9, 9]);
  expect(list.filter((label) => label.includes("matmul")).length).toBeLessThanOrEqual(3);
  expect(list.at(-1)).toBe("matmul → sub");
});

test("what is dear and read twice is computed once, what is cheap or little is not stored", async () => {
  const dear = (x: Tensor) => [x.tanh().exp().sum(0), x.tanh().exp().sum(1)];
  expect(await labels(dear, [99, 99])).toHaveLength(3);
  expect(await labels(dear, [9, 9])).toHaveLength(2);
  const cheap = (x: Tensor) => [x.mul(2).sum(0), x.mul(2).sum(1)];
  expect(await labels(cheap, [99, 99])).toHaveLength(2);
  await expectAgreement(dear, [draw(1, [9, 9])]);
  await expectAgreement(dear, [draw(1, [99, 99])]);
  // Nor is it stored to be stretched; but what has grown long is, however few ask for it.
  const stretched = (x: Tensor, y: Tensor) => x.tanh().exp().reshape([-1, 1]).add(y);
  expect(await labels(stretched, [9], [9, 9])).toHaveLength(1);
  expect(await labels(stretched, [999], [999, 99])).toHaveLength(2);
  const long = (x: Tensor) => {
    const y = Array.from({ length: 12 }).reduce((z: Tensor) => z.tanh(), x);
    return [y.sum(0), y.sum(1)];
  };
  expect(await labels(long, [3, 3])).toHaveLength(3);
  // And what reads many numbers, which shaders are slow to compile for.
  const { shaders } = listingOf(compile((x: Tensor) => prod(x)).trace(fromArray(draw(1, [225]))).schedule);
  for (const shader of shaders) expect(shader.split("leaf0[").length).toBeLessThanOrEqual(4 * 16);
});

test("a function of a number is computed once where thousands of elements ask for it, two of the same number by one dispatch", async () => {
  const scaled = (x: Tensor, rate: Tensor) => x.mul(rate.expm1()).add(rate.tanh());
  expect(await labels(scaled, [4096], [])).toEqual(["add"]);
  expect(await labels(scaled, [4097], [])).toEqual(["expm1, tanh", "add"]);
  // Neither what is cheap, nor a key, which a step of a walk makes for itself.
  expect(await labels((x, rate) => x.mul(rate.add(1).square()), [9999], [])).toEqual(["mul"]);
  expect(await labels((x) => normal(foldIn(key(1), 2), [9999]).add(x), [9999])).toEqual(["add"]);
  await expectAgreement(scaled, [draw(1, [70, 70]), draw(2, [])]);
});

test("a sum or extreme of up to four neighbours is an expression, so that what asks for it needs no dispatch of it", async () => {
  const norms = (x: Tensor) => x.square().sum(1).sqrt().mean();
  expect(await labels(norms, [9, 4])).toEqual(["sum → div"]);
  expect(await labels(norms, [9, 5])).toEqual(["sum → sqrt", "sum → div"]);
  const ends = (x: Tensor) => x.max(1).sub(x.min(1));
  expect(await labels(ends, [9, 3])).toEqual(["sub"]);
  expect(await labels(ends, [9, 5])).toEqual(["max", "min → sub"]);
  expect(await labels((x, w) => softmax(matmul(x, w)), [3, 5], [5, 3])).toEqual(["matmul", "div"]);
  await expectAgreement((x) => [norms(x), ends(x), softmax(x), x.reshape([3, 3, 4]).sum(2)], [draw(1, [9, 4])]);
});

test("expressions over the same elements of one tensor are one dispatch, those over others are not", async () => {
  expect(await labels((x) => [x.exp(), x.tanh().sum(0), x.sin()], [9, 9])).toEqual(["exp, sin", "sum"]);
  expect(await labels((x, y) => [x.exp(), y.exp()], [9], [9])).toEqual(["exp", "exp"]);
  expect(await labels((x) => [x.exp(), x.transpose().sin()], [9, 9])).toEqual(["exp", "sin"]);
  await expectAgreement((x) => [x.exp(), x.sin(), x.greater(0.5)], [draw(1, [9, 9])]);
});

test("the adjoint of a convolution towards an image of few channels is a product and a sum, with what follows in the sum", async () => {
  const adjoint = (channels: number) => (y: Tensor, w: Tensor) =>
    conv2dInput(y, w, { stride: 2, padding: 1, shape: [1, channels, 10, 10] }).mul(2);
  expect(await labels(adjoint(3), [1, 9, 5, 5], [9, 3, 4, 4])).toEqual(["conv2dInput", "sum → mul"]);
  expect(await labels(adjoint(4), [1, 9, 5, 5], [9, 4, 4, 4])).toEqual(["conv2dInput → mul"]);
  // Sixteen numbers for each place of y, that has one, are too many.
  expect(await labels(adjoint(1), [1, 1, 5, 5], [1, 1, 4, 4])).toEqual(["conv2dInput → mul"]);
  await expectAgreement(adjoint(3), [draw(1, [1, 9, 5, 5]), draw(2, [9, 3, 4, 4])]);

  // Few taps side by side have a form of their own.
  const beside = (y: Tensor, w: Tensor) => conv2dInput(y, w, { padding: 1, shape: [1, 3, 5, 5] }).mul(2);
  expect(await labels(beside, [1, 9, 5, 5], [9, 3, 3, 3])).toEqual(["conv2dInput → mul"]);
});

describe("what comes of a result element by element is stored by the same dispatch", () => {
  test("where a product goes separate ways", async () => {
    const parted = (x: Tensor, w: Tensor) => {
      const y = matmul(x, w).add(1);
      return [y.tanh(), y.exp(), matmul(y.silu(), w), y.sum(0)];
    };
    const list = await labels(parted, [9, 9], [9, 9]);
    expect(list).toHaveLength(3);
    expect(list).toContain("matmul → add, tanh, exp, mul");
    await expectAgreement(parted, [draw(1, [9, 9]), draw(2, [9, 9])]);
  });

  test("where a gradient asks for the argument of an activation", async () => {
    const slope = (x: Tensor, w: Tensor, v: Tensor) => grad(sum(matmul(matmul(x, w).silu(), v).silu()), x);
    // The last activation is of no use to anybody.
    expect(await labels(slope, [9, 9], [9, 9], [9, 9])).toEqual([
      "matmul, mul",
      "matmul → add",
      "matmul → add",
      "matmul",
    ]);
    await expectAgreement(slope, [draw(1, [9, 9]), draw(2, [9, 9]), draw(3, [9, 9])]);
  });

  test("where all that Adam moves follows the gradient, over what it replaces", async () => {
    const update = (p: Tensor, m: Tensor, v: Tensor, x: Tensor, dy: Tensor) => {
      const slope = matmul(x, dy, { transposeA: true });
      const mean = m.mul(0.9).add(slope.mul(0.1));
      const square = v.mul(0.99).add(slope.square().mul(0.01));
      return [p.sub(mean.div(square.sqrt().add(1))), mean, square];
    };
    const arrays = [1, 2, 3, 4, 5]
      .map((seed) => draw(seed, [9, 9]))
      .map((array, at) => (at === 2 ? squared(array) : array));
    expect(await labels(update, ...arrays.map(({ shape }) => [...shape]))).toEqual(["matmul → add, add, sub"]);
    await expectAgreement(update, arrays);
    const inPlace = compile(update, { donate: [0, 1, 2] });
    const [p, m, v, x, dy] = arrays.map(fromArray);
    const before = device.memory().live;
    const moved = inPlace(p, m, v, x, dy);
    expect(device.memory().live).toBe(before);
    const wanted = compile(update)(...(arrays.map(fromArray) as [Tensor, Tensor, Tensor, Tensor, Tensor]));
    for (const [at, one] of moved.entries())
      expect((await toArray(one)).data).toEqual((await toArray(wanted[at])).data);
  });

  test("where an order for memory brings it next to what it joins", async () => {
    // Asked for parameter by parameter, the moments come after the gradients of all of them.
    const update = (x: Tensor, w1: Tensor, w2: Tensor, m1: Tensor, m2: Tensor) => {
      const slopes = grad(matmul(matmul(x, w1).tanh(), w2).square().mean(), [w1, w2]);
      const kept = [m1, m2].map((m, at) => m.mul(0.9).add(slopes[at]));
      return [w1.sub(kept[0].exp()), w2.sub(kept[1].exp()), ...kept.map((mean) => mean.mul(0.5))];
    };
    const inputs = [1, 2, 3, 4, 5].map((seed) => draw(seed, [9, 9]));
    const all = await labels(update, ...inputs.map(({ shape }) => [...shape]));
    expect(all.filter((label) => !label.startsWith("matmul"))).toEqual([]);
    await expectAgreement(update, inputs);
  });

  test("but not where it is read at other places, or by what comes later", async () => {
    const turned = (x: Tensor, w: Tensor) => {
      const y = matmul(x, w);
      return [y, y.transpose().mul(y)];
    };
    expect(await labels(turned, [9, 9], [9, 9])).toEqual(["matmul", "mul"]);
    const late = (x: Tensor, w: Tensor) => {
      const y = matmul(x, w);
      const z = matmul(y, w);
      return [y, z, matmul(z, w).mul(y.exp())];
    };
    expect(await labels(late, [9, 9], [9, 9])).toEqual(["matmul", "matmul", "matmul → mul"]);
    await expectAgreement(turned, [draw(1, [9, 9]), draw(2, [9, 9])]);
  });
});

test("ops on captured tensors are part of the program, not run while it is traced", async () => {
  const w = fromArray(draw(1, [9]));
  const before = device.memory().live;
  const plan = await compile((x: Tensor) => x.add(w.square().sum())).prepare(fromArray(draw(2, [9])));
  expect(dispatchesOf(plan.schedule.commands).map(({ label }) => label)).toEqual(["sum", "add"]);
  expect(device.memory().live).toBe(before + 1);
});

test("equal expressions, written twice, are computed once", async () => {
  expect(await labels((x, w) => matmul(x, w).add(matmul(x, w)), [9, 9], [9, 9])).toEqual(["matmul → add"]);
});

test("a very long expression is cut, so that its shader stays quick to compile", async () => {
  const long = (x: Tensor) => Array.from({ length: 100 }).reduce<Tensor>((y) => y.tanh().add(x), x);
  const list = await labels(long, [4]);
  expect(list.length).toBeGreaterThan(2);
  expect(list.length).toBeLessThan(12);
});

test("a program of many thousand ops compiles", async () => {
  const step = (z: Tensor, y: Tensor, i: number) => (i % 2 === 0 ? z.add(y) : z.sub(y).neg());
  const long = compile((x: Tensor, y: Tensor) =>
    Array.from({ length: 4000 }).reduce<Tensor>((z, _, i) => step(z, y, i), x),
  );
  const { data } = await toArray(long(tensor([3, 10]), tensor([1, 2])));
  let wanted = [3, 10];
  for (let i = 0; i < 4000; i++) wanted = wanted.map((z, at) => (i % 2 === 0 ? z + at + 1 : at + 1 - z));
  expect(Array.from(data)).toEqual(wanted);
});

/** Compiles a program for a device that binds `most` buffers and runs it on this one. */
function runWithLimit(program: Program, inputs: readonly ReturnType<typeof draw>[], most: number) {
  const placeholders = inputs.map(({ shape, dtype }) => placeholder(inputOp, { shape, dtype, label: "input" }));
  const { outputs } = close(trace(() => program(...placeholders)) as Tensor[]);
  const plan = new Plan(
    device,
    schedule(placeholders, new Set(), optimised(outputs), new Map(), { ...device.target, mostReads: most - 1 }),
  );
  const tensors = inputs.map(fromArray);
  const stores = plan.run(
    tensors.map(({ storage }) => storage!),
    tensors.map(() => false),
    new Uint32Array(),
  );
  dispose(tensors);
  return { plan, results: outputs.map((output, at) => adopt(output, stores[at])) };
}

test("no kernel binds more buffers than it may, and the results do not depend on it", () =>
  check(
    fc.tuple(programs(10), programs(10), fc.constantFrom(4, 5, 8), seeds),
    async ([first, second, most, seed]) => {
      const program = (...x: Tensor[]): Tensor[] => {
        const a = run(first, x.slice(0, 6));
        const many = x.reduce((y, z) => y.mul(0.7).add(z));
        return [
          run(second, [a, many]),
          matmul(a, many, { transposeB: true }).add(x.map((y) => y.sum()).reduce((y, z) => y.mul(z))),
        ];
      };
      const inputs = Array.from({ length: 12 }, (_, at) => draw(seed + at, [3, 4]));
      const { plan, results } = runWithLimit(program, inputs, most);
      for (const { source } of dispatchesOf(plan.schedule.commands))
        expect(source.bindings.length).toBeLessThanOrEqual(most);
      await expectResults(`with ${most} bindings`, results, expected(program, inputs));
      dispose(results);
      plan.dispose();
    },
    8,
  ));

test("slots are used again: a deep net needs no more buffers than a shallow one", async () => {
  const net = (depth: number) => async () => {
    const program = compile((x: Tensor, w: Tensor) =>
      Array.from({ length: depth }).reduce<Tensor>((h) => matmul(h, w).silu(), x),
    );
    const inputs = [fromArray(draw(1, [9, 9])), fromArray(draw(2, [9, 9]))];
    const { schedule } = await program.prepare(inputs[0], inputs[1]);
    return schedule.slots.length;
  };
  expect(await net(12)()).toBe(await net(3)());
});
