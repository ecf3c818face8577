/** Commands are submitted together and late; nothing that a program can see tells so. */

import { expect, test } from "vitest";
import { Commands, type BoundDispatch } from "../../../engine/device/commands.ts";
import { compile, dispose, tensor, toArray, type Tensor } from "../../../engine/index.ts";
import { device } from "../opened.ts";

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

/** Resolves when all microtasks that wait now have run. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test("ops of one turn share a submit, made when the turn ends", async () => {
  await device.idle();
  const before = device.commands.submits;
  const x = tensor([1, 2]);
  const y = x.add(1).mul(x).sub(x);
  expect(device.commands.submits).toBe(before);
  await turn();
  expect(device.commands.submits).toBe(before + 1);
  expect(await numbers(y)).toEqual([1, 4]);
});

test("a hundred dispatches of one turn are submitted on the way", async () => {
  await device.idle();
  const before = device.commands.submits;
  let x = tensor([0]);
  for (let i = 0; i < 100; i++) x = x.add(1);
  expect(device.commands.submits).toBe(before + 1);
  expect(await numbers(x)).toEqual([100]);
});

test("much work is submitted on the way too, however few dispatches it is", () => {
  const pass = { setBindGroup() {}, setPipeline() {}, dispatchWorkgroups() {}, end() {} };
  const gpu = { createCommandEncoder: () => ({ beginComputePass: () => pass, finish() {} }), queue: { submit() {} } };
  const submitsOf = (dispatches: number, work: number) => {
    const commands = new Commands(gpu as unknown as GPUDevice);
    const bound = { pipeline: {}, group: {}, groups: [1, 1, 1], work } as unknown as BoundDispatch;
    for (let i = 0; i < dispatches; i++) commands.dispatch(bound, {} as GPUBindGroup, 0);
    return commands.submits;
  };
  expect(submitsOf(63, 1e6)).toBe(0);
  expect(submitsOf(8, 1.5e10)).toBe(4);
  expect(submitsOf(3, 1e12)).toBe(3);
});

test("other numbers for an op leave its runs before as they were, though none is submitted yet", async () => {
  const x = tensor([1, 2]);
  const results = [2, 3, 3, 5].map((factor) => x.mul(factor));
  expect(await Promise.all(results.map(numbers))).toEqual([
    [2, 4],
    [3, 6],
    [3, 6],
    [5, 10],
  ]);
});

test("an upload into a buffer given back does not overtake an op that reads it", async () => {
  const x = tensor([1, 2, 3]);
  const y = x.mul(10);
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
