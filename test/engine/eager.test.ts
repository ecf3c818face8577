/** Eager mode: kernels run at once, what is computed element by element waits for its reader; and what then becomes of operands. */

import { expect, test, vi } from "vitest";
import { compile, dispose, grad, matmul, max, scope, sum, tensor, toArray, type Tensor } from "../../engine/index.ts";
import { device } from "./opened.ts";

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

const live = (): number => device.memory().live;

/** How many dispatches something comes to. */
function dispatchesOf(run: () => void): number {
  const recorded = vi.spyOn(device.commands, "dispatch");
  run();
  const { length } = recorded.mock.calls;
  recorded.mockRestore();
  return length;
}

test("a product runs at once, an activation with its bias when a kernel reads it, each in one dispatch", async () => {
  const [x, w, b] = [tensor([[1, 2]]), tensor([[1], [1]]), tensor([-3])];
  let hidden = x;
  expect(dispatchesOf(() => (hidden = matmul(x, w).add(b).silu()))).toBe(1);
  let y = x;
  expect(dispatchesOf(() => (y = matmul(hidden, w, { transposeB: true })))).toBe(2);
  expect(await numbers(y)).toEqual([0, 0]);
});

test("the gradient of an activation is one dispatch", async () => {
  const x = tensor([0, 0]);
  const y = sum(x.silu());
  let slope = x;
  const dispatches = dispatchesOf(() => (slope = scope(() => grad(y, x))));
  expect(dispatches).toBe(1);
  expect(await numbers(slope)).toEqual([0.5, 0.5]);
});

test("what nobody reads is not computed", () => {
  const x = tensor([1, 2]);
  expect(dispatchesOf(() => dispose(x.exp().add(1)))).toBe(0);
  expect(dispatchesOf(() => scope(() => [x.exp()].slice(1)))).toBe(0);
});

test("an expression that gets long is computed on the way, and its readers do not repeat it", async () => {
  let x = tensor([0]);
  const steps = 500;
  const dispatches = dispatchesOf(() => {
    for (let i = 0; i < steps; i++) x = x.add(1);
  });
  expect(dispatches).toBeGreaterThan(4);
  expect(dispatches).toBeLessThan(20);
  expect(await numbers(x)).toEqual([steps]);
});

test("an expression of more buffers than a kernel binds is computed on the way", async () => {
  const terms = Array.from({ length: 3 * device.target.mostReads }, (_, i) => tensor([i]));
  const before = live();
  const total = terms.slice(1).reduce((sum, term) => sum.add(term), terms[0]);
  expect(live()).toBeGreaterThan(before);
  expect(await numbers(total)).toEqual([(terms.length * (terms.length - 1)) / 2]);
});

test("an expression whose operands are given up holds their buffers until it is computed", async () => {
  const before = live();
  const [x, y] = [tensor([1, 2]), tensor([3, 4])];
  const z = x.mul(y);
  const doubled = z.mul(2);
  dispose(x, y, z);
  expect(live()).toBe(before + 2);
  // Of the same size: they would get the buffers of x and y.
  const others = [tensor([7, 7]), tensor([8, 8])];
  expect(await numbers(doubled)).toEqual([6, 16]);
  expect(live()).toBe(before + 3);
  dispose(doubled, others);
  expect(live()).toBe(before);
});

test("an expression that is given up itself lets go of what it held", () => {
  const before = live();
  const x = tensor([1, 2]);
  const y = x.exp();
  const z = y.add(1);
  dispose(x);
  expect(live()).toBe(before + 1);
  dispose(y);
  expect(live()).toBe(before + 1);
  dispose(z);
  expect(live()).toBe(before);
});

test("an expression of an argument that is donated afterwards reads what it was", async () => {
  const increment = compile((x: Tensor) => x.add(1), { donate: [0] });
  const x = tensor([1, 2]);
  const y = x.mul(10);
  expect(await numbers(increment(x))).toEqual([2, 3]);
  expect(await numbers(y)).toEqual([10, 20]);
});

test("a program captures an expression as it was, though its operand is given up", async () => {
  const x = tensor([1, 2]);
  const y = x.mul(10);
  dispose(x);
  const program = compile((z: Tensor) => [z.add(y), y]);
  expect(await Promise.all(program(tensor([1, 1])).map(numbers))).toEqual([
    [11, 21],
    [10, 20],
  ]);
  expect(await numbers(y)).toEqual([10, 20]);
});

test("a view of an expression is one of what it stands for, and of nothing once that is given up", async () => {
  const x = tensor([[1, 2]]);
  const y = x.add(1);
  const [read, lost] = [y.transpose(), y.reshape([2])];
  dispose(x);
  expect(await numbers(read)).toEqual([2, 3]);
  dispose(y);
  const message = "an operand was disposed or donated before, f32 [1, 2] from add";
  expect(() => lost.mul(2)).toThrow(new ReferenceError(`mul: ${message}`));
  await expect(toArray(lost)).rejects.toThrow(new ReferenceError(`reshape: ${message}`));
});

test("an expression is computed before it is stretched, so that it is not computed many times over", async () => {
  const rows = tensor([[0], [1]]).exp();
  const y = rows.add(tensor([[1, 2, 3]]));
  expect([rows.state, y.state]).toEqual(["live", "waiting"]);
  expect((await numbers(y)).map(Math.round)).toEqual([2, 3, 4, 4, 5, 6]);
});

test("an extreme stores the expression it is taken of, since its gradient compares the two; a sum does not", async () => {
  const x = tensor([1, 3, 2]);
  const [of, total] = [x.mul(1.1).add(0.3), x.mul(1.1)];
  const [y] = [max(of), sum(total)];
  expect([of.state, total.state]).toEqual(["live", "waiting"]);
  expect((await numbers(grad(y, x))).map((slope) => slope > 0)).toEqual([false, true, false]);
});

test("a step done again gets the buffers that it had, and makes no bind group", async () => {
  const w = tensor([
    [1, 0],
    [0, 1],
  ]);
  let x = tensor([[1, 2]]);
  const step = async () => {
    const next = scope(() => x.sub(grad(sum(matmul(matmul(x, w).silu(), w).square()), x).mul(0.1)));
    dispose(x);
    x = next;
    await device.idle();
  };
  for (let i = 0; i < 4; i++) await step();
  const made = vi.spyOn(device.gpu, "createBindGroup");
  for (let i = 0; i < 40; i++) await step();
  expect(made).not.toHaveBeenCalled();
  made.mockRestore();
});
