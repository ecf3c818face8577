/** Commands are submitted together and late; nothing that a program can see tells so. */

import { expect, test } from "vitest";
import { Commands, type BoundDispatch } from "../../../engine/device/commands.ts";
import { sharedReads, type SharedReads } from "../../../engine/device/pipelines.ts";
import {
  compile,
  dispose,
  foldIn,
  key,
  loop,
  matmul,
  normal,
  scope,
  tensor,
  toArray,
  type Tensor,
} from "../../../engine/index.ts";
import { kernels, library } from "../../../shaders/index.ts";
import { device } from "../opened.ts";

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

/** Resolves when all microtasks that wait now have run. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test("ops of one turn share a submit, made when the turn ends", async () => {
  await device.idle();
  const before = device.commands.submits;
  const x = tensor([[1, 2]]);
  const y = matmul(matmul(x, x, { transposeB: true }), x);
  expect(device.commands.submits).toBe(before);
  await turn();
  expect(device.commands.submits).toBe(before + 1);
  expect(await numbers(y)).toEqual([5, 10]);
});

test("a hundred dispatches of one turn are submitted on the way", async () => {
  await device.idle();
  const before = device.commands.submits;
  let x = tensor([[1]]);
  for (let i = 0; i < 100; i++) x = matmul(x, x);
  expect(device.commands.submits).toBe(before + 1);
  expect(await numbers(x)).toEqual([1]);
});

/** Commands that go nowhere, and the calls of WebGPU they came to: `group 1: a 256`. */
function recorded(): { commands: Commands; calls: string[] } {
  const calls: string[] = [];
  const pass = {
    setBindGroup: (at: number, group: string, offsets: readonly number[] = []) =>
      calls.push([`group ${at}: ${group}`, ...offsets].join(" ")),
    setPipeline: (pipeline: string) => calls.push(pipeline),
    dispatchWorkgroups: (...groups: readonly number[]) => calls.push(`dispatch ${groups.join(" ")}`),
    end() {},
  };
  const gpu = { createCommandEncoder: () => ({ beginComputePass: () => pass, finish() {} }), queue: { submit() {} } };
  return { commands: new Commands(gpu as unknown as GPUDevice), calls };
}

test("a dispatch sets what its kernel reads and what is not set yet, and nothing else", () => {
  const { commands, calls } = recorded();
  const dispatch = (reads: SharedReads, [pipeline, group, shared]: readonly string[], offset: number) => {
    const bound = { pipeline, group, groups: [2, 1, 1], reads, work: 1 } as unknown as BoundDispatch;
    commands.dispatch(bound, shared as unknown as GPUBindGroup, offset);
    return calls.splice(0);
  };
  expect(dispatch("nothing", ["p", "x", "a"], 0)).toEqual(["p", "group 0: x", "dispatch 2"]);
  expect(dispatch("nothing", ["p", "y", "b"], 256)).toEqual(["group 0: y", "dispatch 2"]);
  expect(dispatch("numbers", ["p", "y", "a"], 0)).toEqual(["group 1: a 0", "dispatch 2"]);
  expect(dispatch("numbers", ["p", "y", "a"], 256)).toEqual(["dispatch 2"]);
  expect(dispatch("index", ["p", "y", "a"], 256)).toEqual(["group 1: a 256", "dispatch 2"]);
  expect(dispatch("numbers", ["q", "y", "b"], 256)).toEqual(["group 1: b 256", "q", "dispatch 2"]);
  expect(dispatch("index", ["q", "y", "b"], 256)).toEqual(["dispatch 2"]);
  commands.flush();
  expect(dispatch("numbers", ["q", "y", "b"], 0)).toEqual(["group 1: b 0", "q", "group 0: y", "dispatch 2"]);
});

test("much work is submitted on the way too, however few dispatches it is", () => {
  const submitsOf = (dispatches: number, work: number) => {
    const { commands } = recorded();
    const bound = { groups: [1, 1, 1], reads: "nothing", work } as unknown as BoundDispatch;
    for (let i = 0; i < dispatches; i++) commands.dispatch(bound, {} as GPUBindGroup, 0);
    return commands.submits;
  };
  expect(submitsOf(63, 1e6)).toBe(0);
  expect(submitsOf(8, 1.5e10)).toBe(4);
  expect(submitsOf(3, 1e12)).toBe(3);
});

test("other numbers for an op leave its runs before as they were, though none is submitted yet", async () => {
  const x = tensor([1, 2]);
  const results = [2, 3, 3, 5].map((factor) => scope(() => x.mul(factor)));
  expect(await Promise.all(results.map(numbers))).toEqual([
    [2, 4],
    [3, 6],
    [3, 6],
    [5, 10],
  ]);
});

test("runs of a program with other numbers share submits, eight of them each, and keep their numbers", async () => {
  const program = compile((x: Tensor, factor: Tensor) => x.mul(factor));
  const x = tensor([1, 2]);
  await numbers(program(x, 0));
  const before = device.commands.submits;
  const results = Array.from({ length: 20 }, (_, factor) => program(x, factor + 1));
  expect(device.commands.submits).toBe(before + 2);
  expect(await Promise.all(results.map(numbers))).toEqual(results.map((_, factor) => [factor + 1, 2 * factor + 2]));
});

test("an upload into a buffer given back does not overtake an op that reads it", async () => {
  const x = tensor([1, 2, 3]);
  const y = scope(() => x.mul(10));
  dispose(x);
  const z = tensor([7, 8, 9]);
  expect(await numbers(y)).toEqual([10, 20, 30]);
  expect(await numbers(z)).toEqual([7, 8, 9]);
});

test("a program may be disposed of in the turn it was called", async () => {
  const program = compile((x: Tensor, factor: Tensor) => x.mul(factor));
  const y = program(tensor([1, 2]), 3);
  program.dispose();
  expect(await numbers(y)).toEqual([3, 6]);
});

test("a kernel whose text does not name group 1 reads neither the numbers of its plan nor the index of the iteration", () => {
  const naming = Object.entries({ ...kernels, ...library }).filter(([, text]) => text.includes("@group(1)"));
  expect(naming.map(([path]) => path).sort()).toEqual(["lib/normalTable.wgsl", "lib/program.wgsl"]);
  const program = compile((x: Tensor, factor: Tensor) =>
    loop(2, (i, y) => [matmul(y[0], y[0]), y[1].mul(factor), y[2].add(i.toFloat())], [x, x, x]),
  );
  const { commands } = program.trace(tensor([[1]]), 2).schedule;
  const body = commands.flatMap((command) => (command.kind === "loop" ? command.body : []));
  const sources = body.flatMap((command) => (command.kind === "dispatch" ? [command.source] : []));
  expect(sources.map(sharedReads).sort()).toEqual(["index", "nothing", "numbers"]);
});

test("kernels that read the index, the numbers, or neither come out the same in whatever order they are recorded", async () => {
  const w = tensor([[0.5]]);
  // More iterations than one stretch of indices.
  const walk = compile((x: Tensor, by: Tensor) => loop(1030, (i, at) => matmul(at, w).add(i.toFloat().mul(by)), x));
  const noise = compile((x: Tensor) => loop(3, (i, at) => matmul(at, w).add(normal(foldIn(key(1), i), [1, 1])), x));
  const scale = compile((x: Tensor, by: Tensor) => x.mul(by));
  const expected = (by: number) => Array.from({ length: 1030 }, (_, i) => i).reduce((x, i) => x / 2 + i * by, 1);
  const x = tensor([[1]]);
  const alone = await numbers(noise(x));
  const results = [scale(x, 3), walk(x, 1), noise(x), matmul(x, w), walk(x, 2), scale(x, 5), noise(x), matmul(w, w)];
  const [a, b, c, d, e, f, g, h] = await Promise.all(results.map(numbers));
  expect([a, d, f, h]).toEqual([[3], [0.5], [5], [0.25]]);
  expect([c, g]).toEqual([alone, alone]);
  expect(b[0]).toBeCloseTo(expected(1), 2);
  expect(e[0]).toBeCloseTo(expected(2), 2);
});
