/** Compiled programs mean what eager ones do: captured tensors, loops, donation, memory. */

import { expect, test } from "vitest";
import { compile, dispose, scope, tensor, toArray, type Tensor } from "../../engine/index.ts";
import "./opened.ts";

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

test("a compiled program reads live tensors from outside, as they were when it was traced", async () => {
  const w = tensor([1, 2, 3]);
  const program = compile((x: Tensor) => x.add(w.mul(2)).add(tensor([100, 100, 100])));
  expect(await numbers(program(tensor([1, 1, 1])))).toEqual([103, 105, 107]);
  dispose(w);
  expect(await numbers(program(tensor([0, 0, 0])))).toEqual([102, 104, 106]);
});

test("a compiled program keeps what it captured when its first run was in a scope", async () => {
  const program = compile((x: Tensor) => x.add(tensor([1, 2]).mul(3)));
  for (let run = 0; run < 2; run++)
    expect(await numbers(scope(() => program(tensor([10 * run, 0]))))).toEqual([10 * run + 3, 6]);
});

test("a tensor that a program captured and another donates stays what it was", async () => {
  const w = tensor([1, 2]);
  const captures = compile((x: Tensor) => x.add(w));
  expect(await numbers(captures(tensor([0, 0])))).toEqual([1, 2]);
  const overwrites = compile((x: Tensor) => x.mul(10), { donate: [0] });
  expect(await numbers(overwrites(w))).toEqual([10, 20]);
  expect(await numbers(captures(tensor([0, 0])))).toEqual([1, 2]);
});
