/** Buffers are held by tensors and plans, and given back by scopes, dispose and donation. */

import { expect, test } from "vitest";
import {
  broadcast,
  compile,
  constant,
  dispose,
  fromArray,
  grad,
  key,
  loop,
  matmul,
  normal,
  foldIn,
  scope,
  stopGradient,
  sum,
  tensor,
  toArray,
  type Tensor,
} from "../../engine/index.ts";
import { draw } from "./draw.ts";
import { device } from "./opened.ts";

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

const live = (): number => device.memory().live;

test("a thousand steps of training hold as many buffers as one", async () => {
  const step = compile(
    (w: Tensor, x: Tensor, noise: Tensor, update: Tensor) => {
      const chain = loop(
        3,
        (i, z) => {
          const energy = sum(matmul(z, w).silu());
          return z.sub(grad(energy, z).mul(0.1)).add(normal(foldIn(foldIn(noise, update), i), z.shape).mul(0.01));
        },
        x,
      );
      const loss = sum(matmul(stopGradient(chain), w).square());
      return { w: w.sub(grad(loss, w).mul(0.001)), loss };
    },
    { donate: [0] },
  );
  let w = fromArray(draw(1, [3, 4]));
  const x = fromArray(draw(2, [5, 3]));
  const held: number[] = [];
  for (let update = 0; update < 1000; update++) {
    const result = step(w, x, key(1), update);
    w = result.w;
    dispose(result.loss);
    if (update % 250 === 0) await device.throttle();
    held.push(live());
  }
  expect(new Set(held).size).toBe(1);
  expect((await numbers(w)).every(Number.isFinite)).toBe(true);
  const during = live();
  dispose(w, x);
  step.dispose();
  expect(live()).toBeLessThan(during);
});

test("scope() gives back what it made, but for what it returns", async () => {
  const x = tensor([1, 2]);
  const before = live();
  const y = scope(() => {
    const z = x.mul(3);
    return { kept: z.add(1), view: z.reshape([2, 1]) };
  });
  expect(live()).toBe(before + 2);
  expect(await numbers(y.kept)).toEqual([4, 7]);
  expect(await numbers(y.view)).toEqual([3, 6]);
  dispose(y, x);
  expect(live()).toBe(before - 1);
});

test("scopes inside each other hand on what they return", async () => {
  const x = tensor([1, 2]);
  const before = live();
  const y = scope(() => {
    const inner = scope(() => x.add(1).mul(2));
    return inner.add(1);
  });
  expect(live()).toBe(before + 1);
  expect(await numbers(y)).toEqual([5, 7]);
});

test("scope() gives back what it made when its body throws", () => {
  const x = tensor([1, 2]);
  const before = live();
  expect(() =>
    scope(() => {
      x.add(1)
        .mul(x)
        .add(tensor([1, 2, 3]));
      return x;
    }),
  ).toThrow("add: shapes do not broadcast, [2] and [3]");
  expect(live()).toBe(before);
});

test("scope() leaves alone what was made before it, also where it was only computed inside", async () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  const [view, constants] = [x.transpose(), broadcast(constant(5), [2])];
  const program = compile((a: Tensor, b: Tensor) => a.add(b));
  const y = scope(() => program(view, constants));
  expect(await numbers(y)).toEqual([6, 8, 7, 9]);
  expect(await numbers(view)).toEqual([1, 3, 2, 4]);
  expect(await numbers(constants)).toEqual([5, 5]);
  expect(await numbers(x)).toEqual([1, 2, 3, 4]);
});

test("a thousand eager steps in scopes hold as many buffers as one", async () => {
  let x = tensor([1, 2, 3]);
  const held = new Set<number>();
  for (let i = 0; i < 1000; i++) {
    const next = scope(() => x.sub(x.mul(0.1)).add(1));
    dispose(x);
    x = next;
    held.add(live());
  }
  expect(held.size).toBe(1);
  expect(await numbers(x)).toEqual([10, 10, 10].map((value) => expect.closeTo(value, 4) as number));
});

test("dispose() twice, or of what was never computed, is nothing", () => {
  const before = live();
  const x = tensor([1]);
  const lazy = broadcast(constant(1), [3]);
  dispose(x, lazy);
  dispose(x, [x, { lazy }]);
  expect(live()).toBe(before);
});

test("a view of a disposed tensor says so when it is read", async () => {
  const x = tensor([1, 2]);
  const view = x.reshape([2, 1]);
  dispose(x);
  await expect(toArray(view)).rejects.toThrow(
    /^reshape: an operand was disposed or donated before, f32 \[2\] from tensor$/,
  );
});

test("buffers given back are used again, and reported", () => {
  const made = Array.from({ length: 4 }, () => tensor([1, 2, 3]));
  const { liveBytes, stocked, stockedBytes } = device.memory();
  dispose(made);
  expect(device.memory()).toMatchObject({
    liveBytes: liveBytes - 1024,
    stocked: stocked + 4,
    stockedBytes: stockedBytes + 1024,
  });
  const again = tensor([4, 5, 6]);
  expect(device.memory()).toMatchObject({ stocked: stocked + 3 });
  dispose(again);
  expect(device.memory().peakBytes).toBeGreaterThanOrEqual(device.memory().liveBytes + device.memory().stockedBytes);
});

test("a compiled program gives its buffers back when it is disposed", async () => {
  const x = fromArray(draw(1, [4, 4]));
  const before = live();
  const program = compile((x: Tensor) => matmul(matmul(x, x).exp(), x));
  const y = program(x);
  expect(live()).toBeGreaterThan(before + 1);
  program.dispose();
  expect(live()).toBe(before + 1);
  expect((await numbers(y)).length).toBe(16);
  dispose(y);
  expect(live()).toBe(before);
});
