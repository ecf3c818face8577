/** A plan in words: what each dispatch belongs to, and what it costs. */

import { expect, test } from "vitest";
import { showBytes, showFlops, showMicroseconds } from "../../engine/amounts.ts";
import { costOf, memoryOf } from "../../engine/compile/cost.ts";
import {
  compile,
  fromArray,
  grad,
  leakyRelu,
  loop,
  matmul,
  named,
  put,
  sum,
  tensor,
  type Tensor,
} from "../../engine/index.ts";
import { draw } from "./draw.ts";
import "./opened.ts";

const square = [16, 16];
const inputs = () => [fromArray(draw(1, square)), fromArray(draw(2, square))] as const;

test("explain() tells dispatches, work, memory, shaders, groups and buffers", async () => {
  const program = compile((x: Tensor, w: Tensor) => loop(3, (_i, h) => matmul(h, w).tanh(), x));
  const plan = await program.prepare(...inputs());
  // A product of 16 × 16 matrices is 2 · 16³ operations, tanh one for each of 256 elements; a matrix is 1 KiB.
  // By subgroups or not, as suits the adapter.
  expect(plan.explain().replace("matmulSubgroup", "matmul").split("\n")).toEqual([
    "3 dispatches, 25.3 kFLOP, 7 KiB read, 4 KiB written",
    "2 KiB of arguments, 2 buffers of 2 KiB (2 KiB if every intermediate had its own)",
    "  copy 1 KiB  #0 → #2",
    "  3 times: 1 dispatch, 8.45 kFLOP, 2 KiB read, 1 KiB written each",
    "    matmul → tanh  shaders/matmul.wgsl  1 × 1 × 1 groups  8.45 kFLOP  2 KiB → 1 KiB  #2⇄#3 (front) #1 → #2⇄#3 (back)",
  ]);
  expect(plan.explain({ wgsl: true })).toContain(
    "fn epilogue(value: f32, i: u32, row: u32, column: u32) -> f32 {\n  let v0 = stableTanh(value);",
  );
});

test("explain({ wgsl: true }) shows every text once, with the names of all dispatches that have it", async () => {
  const program = (x: Tensor, w: Tensor) => [x.mul(2.5), w.mul(3.5), matmul(x, w).sum(0), matmul(w, x).sum(1).tanh()];
  const plan = await compile(program).prepare(...inputs());
  const texts = plan.explain({ wgsl: true }).split("\n=== ").slice(1);
  const heads = texts.map((text) => text.split("\n")[0].replace("matmulSubgroup", "matmul"));
  expect(heads).toEqual([
    "mul (elementwise.wgsl)",
    "mul (elementwise.wgsl)",
    "matmul (matmul.wgsl)",
    "sum (reduce.wgsl)",
    "sum → tanh (reduce.wgsl)",
  ]);
  expect(texts.filter((text) => text.includes("2.5"))).toHaveLength(1);
  expect(texts.filter((text) => text.includes("3.5"))).toHaveLength(1);
});

test("explain() names the layer of each dispatch, and marks gradients of any order", async () => {
  const layer = (name: string, x: Tensor, w: Tensor) => named(name, () => leakyRelu(matmul(x, w), 0.2));
  const penalty = (x: Tensor, w: Tensor) => {
    const slope = grad(sum(named("net", () => layer("1", layer("0", x, w), w)).square()), x);
    return named("loss", () => grad(sum(slope.square()), w));
  };
  const text = (await compile(penalty).prepare(...inputs())).explain();
  for (const name of ["net.0.matmul → net.0.leakyRelu", "∇net.1.matmul", "∇∇net.1.matmul"])
    expect(text).toContain(`\n  ${name}`);
});

test("a loop carries the name of the part it was made in", async () => {
  const program = (x: Tensor, w: Tensor) => named("walk", () => loop(5, (_i, h) => matmul(h, w), x));
  const plan = await compile(program).prepare(...inputs());
  expect(plan.explain()).toContain("  5 times walk: 1 dispatch, ");
});

test("costOf() counts the iterations of loops within loops", async () => {
  const program = (x: Tensor, w: Tensor) => loop(3, (_i, h) => loop(4, (_j, k) => matmul(k, w), h).tanh(), x);
  const { schedule } = await compile(program).prepare(...inputs());
  expect(costOf(schedule.commands)).toMatchObject({ dispatches: 15, flops: 12 * 2 * 16 ** 3 + 3 * 256 });
});

test("an expression counts one for each element of each function, and each buffer it reads once", async () => {
  const program = (x: Tensor, y: Tensor) => x.mul(y).add(x).exp();
  const { schedule } = await compile(program).prepare(...inputs());
  expect(costOf(schedule.commands)).toEqual({ dispatches: 1, flops: 3 * 256, read: 2048, written: 1024 });
});

test("rows put into a table count as written, not the table", async () => {
  const program = compile((table: Tensor, rows: Tensor) => put(table, rows, table.slice([[0, 2]]).mul(2)), {
    donate: [0],
  });
  const { schedule } = await program.prepare(fromArray(draw(1, [100, 4])), tensor([5, 7], "u32"));
  expect(costOf(schedule.commands).written).toBe(2 * (2 * 4 * 4));
});

test("memoryOf() holds what is planned against a buffer for every intermediate", async () => {
  const program = (x: Tensor, w: Tensor) =>
    Array.from({ length: 8 }).reduce<Tensor>((h) => matmul(h, w).tanh().add(1), x);
  const { schedule } = await compile(program).prepare(...inputs());
  expect(memoryOf(schedule)).toEqual({ given: 2048, planned: 2048, unplanned: 24 * 1024 });
});

test("amounts have three digits and the unit that fits", () => {
  expect([0, 999, 1234, 12_345_678, 5e12].map(showFlops)).toEqual([
    ...["0 FLOP", "999 FLOP", "1.23 kFLOP", "12.3 MFLOP", "5 TFLOP"],
  ]);
  expect([100, 1024, 1_500_000, 2 ** 40].map(showBytes)).toEqual(["100 B", "1 KiB", "1.43 MiB", "1 TiB"]);
  expect([12.34, 4567, 3e6, 600e6, 7200e6, 1e12].map(showMicroseconds)).toEqual([
    ...["12.3 µs", "4.57 ms", "3.00 s", "10.0 min", "2.00 h", "11.6 days"],
  ]);
});
