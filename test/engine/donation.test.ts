/** Donated arguments: results overwrite them, and nobody else notices. */

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  broadcast,
  compile,
  constant,
  dispose,
  fromArray,
  grad,
  loop,
  matmul,
  sum,
  tensor,
  toArray,
  type Tensor,
} from "../../engine/index.ts";
import { draw, seeds } from "./draw.ts";
import "./opened.ts";
import { programs, run } from "./programs.ts";
import { check } from "./property.ts";
import { expected, expectResults } from "./threeWays.ts";

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

test("a result takes over the buffer of a donated argument", async () => {
  const step = compile((x: Tensor, y: Tensor) => x.mul(2).add(y), { donate: [0] });
  let x = tensor([1, 2, 3]);
  const y = tensor([10, 10, 10]);
  const { buffer } = x.storage!;
  for (let i = 0; i < 3; i++) x = step(x, y);
  expect(x.storage!.buffer).toBe(buffer);
  expect(await numbers(x)).toEqual([78, 86, 94]);
  expect(await numbers(y)).toEqual([10, 10, 10]);
});

test("a donated tensor can no longer be used, and says so", async () => {
  const step = compile((x: Tensor) => x.add(1), { donate: [0] });
  const x = tensor([1]);
  step(x);
  expect(() => x.mul(2)).toThrow(
    new ReferenceError("mul: an operand was disposed or donated before, f32 [1] from tensor"),
  );
  expect(() => step(x)).toThrow(new ReferenceError("compile: argument 0 is disposed or donated, f32 [1] from tensor"));
  await expect(toArray(x)).rejects.toThrow(
    new ReferenceError("read: the tensor was disposed or donated before, f32 [1] from tensor"),
  );
  dispose(x);
});

test("a donated tensor whose buffer others read is copied first", async () => {
  const same = compile((x: Tensor) => [x, x.reshape([2, 1])]);
  const step = compile((x: Tensor) => x.add(1), { donate: [0] });
  const x = tensor([1, 2]);
  const [twin, column] = same(x);
  expect(await numbers(step(x))).toEqual([2, 3]);
  expect(await numbers(twin)).toEqual([1, 2]);
  expect(await numbers(step(twin))).toEqual([2, 3]);
  expect(await numbers(column)).toEqual([1, 2]);
});

test("a view that is donated leaves what it views as it was", async () => {
  const step = compile((x: Tensor) => x.add(1), { donate: [0] });
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  expect(await numbers(step(x.transpose()))).toEqual([2, 4, 3, 5]);
  expect(await numbers(step(broadcast(constant(7), [2])))).toEqual([8, 8]);
  expect(await numbers(x)).toEqual([1, 2, 3, 4]);
});

test("a tensor that is donated must not be given a second time", () => {
  const step = compile((x: { a: Tensor }, y: Tensor) => x.a.add(y), { donate: [0] });
  const x = tensor([1]);
  expect(() => step({ a: x }, x)).toThrow(
    new RangeError("compile: argument 0.a is donated and given a second time, f32 [1] from tensor"),
  );
  expect(x.state).toBe("live");
});

test("donated arguments may come back as they are, or in each other's place", async () => {
  const swap = compile((x: Tensor, y: Tensor) => [y, x, x.add(y)], { donate: [0, 1] });
  const results = swap(tensor([1, 2]), tensor([3, 4]));
  expect(await Promise.all(results.map(numbers))).toEqual([
    [3, 4],
    [1, 2],
    [4, 6],
  ]);
});

test("a donated argument that is read at other places is not overwritten while it is read", async () => {
  const step = compile((x: Tensor, w: Tensor) => [x.transpose().add(x), matmul(x, w).add(x).mul(2)], { donate: [0] });
  const [x, w] = [
    tensor([
      [1, 2],
      [3, 4],
    ]),
    tensor([
      [1, 0],
      [1, 1],
    ]),
  ];
  const [a, b] = step(x, w);
  expect(await numbers(a)).toEqual([2, 5, 5, 8]);
  expect(await numbers(b)).toEqual([8, 8, 20, 16]);
});

test("a donated tensor of numbers is not overwritten as one of truth values", async () => {
  const step = compile((x: Tensor, i: Tensor) => [x.greater(2), i.toFloat().mul(0.5)], { donate: [0, 1] });
  const [a, b] = step(tensor([1, 3]), tensor([7, 8], "u32"));
  expect([await numbers(a), await numbers(b)]).toEqual([
    [0, 1],
    [3.5, 4],
  ]);
});

test("loops go on in the buffers of donated starts", async () => {
  for (const count of [1, 2, 5, 6]) {
    const step = compile((x: Tensor, v: Tensor) => loop(count, (_i, [x, v]) => [x.add(v), v.sub(x.mul(0.5))], [x, v]), {
      donate: [0, 1],
    });
    const inputs = [draw(1, [5]), draw(2, [5])];
    const wanted = expected(
      (x, v) => loop(count, (_i, [x, v]) => [x.add(v), v.sub(x.mul(0.5))], [x, v], { unroll: true }),
      inputs,
    );
    let results = inputs.map(fromArray);
    results = step(results[0], results[1]);
    await expectResults("donated", results, wanted);
  }
});

test("whichever arguments of a program are donated, its results are the same", () =>
  check(
    fc.tuple(programs(6), programs(4), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), seeds),
    async ([first, second, donated, seed]) => {
      const program = (x: Tensor, y: Tensor, z: Tensor): Tensor[] => {
        const a = run(first, [x, y]);
        const b = run(second, [z, a]);
        return [b, a.add(x), loop(3, (i, c) => c.mul(0.5).add(a).add(i.toFloat()), y, { unroll: false })];
      };
      const meaning = (x: Tensor, y: Tensor, z: Tensor): Tensor[] => {
        const a = run(first, [x, y]);
        return [
          run(second, [z, a]),
          a.add(x),
          loop(3, (i, c) => c.mul(0.5).add(a).add(i.toFloat()), y, { unroll: true }),
        ];
      };
      const inputs = [0, 1, 2].map((at) => draw(seed + at, [3, 4]));
      const wanted = expected(meaning, inputs);
      const compiled = compile(program, { donate: [0, 1, 2].filter((at) => donated[at]) });
      const kept = inputs.map(fromArray);
      for (let i = 0; i < 2; i++) {
        const given = inputs.map((input, at) => (donated[at] ? fromArray(input) : kept[at]));
        const results = compiled(given[0], given[1], given[2]);
        await expectResults("donated", results, wanted);
        dispose(results);
      }
      for (const [at, tensor] of kept.entries()) expect((await toArray(tensor)).data).toEqual(inputs[at].data);
      dispose(kept);
      compiled.dispose();
    },
    12,
  ));

test("a step of training with momentum updates in place and takes the course of its reference", async () => {
  type State = { w: Tensor; momentum: Tensor };
  const step = (state: State, x: Tensor, y: Tensor, rate: Tensor): { state: State; loss: Tensor } => {
    const loss = sum(matmul(x, state.w).sub(y).square()).div(x.shape[0]);
    const slope = grad(loss, state.w);
    const momentum = state.momentum.mul(0.9).add(slope);
    return { state: { w: state.w.sub(momentum.mul(rate)), momentum }, loss };
  };
  const [x, y] = [draw(1, [8, 3]), draw(2, [8, 1])];
  const start = [draw(3, [3, 1]), draw(4, [3, 1], 0, 0.1)];
  const wanted = expected(
    (w, momentum, x, y) => {
      let state: State = { w, momentum };
      for (let i = 0; i < 20; i++) ({ state } = step(state, x, y, constant(0.05)));
      return state;
    },
    [...start, x, y],
  );
  const compiled = compile(step, { donate: [0] });
  const [w, momentum] = start.map(fromArray);
  let state: State = { w, momentum };
  const buffers = new Set([w.storage!.buffer, momentum.storage!.buffer]);
  const [data, target] = [fromArray(x), fromArray(y)];
  for (let i = 0; i < 20; i++) {
    const result = compiled(state, data, target, 0.05);
    dispose(result.loss);
    ({ state } = result);
  }
  expect(new Set([state.w.storage!.buffer, state.momentum.storage!.buffer])).toEqual(buffers);
  await expectResults("trained", state, wanted);
});
