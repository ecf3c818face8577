/** Where chains start, and what a replay buffer keeps. */

import { expect, test } from "vitest";
import {
  compile,
  constant,
  evaluate,
  fromArray,
  key,
  normal,
  reference,
  tensor,
  toArray,
  type Shape,
  type Tensor,
} from "../../../engine/index.ts";
import {
  dataStart,
  generatorStart,
  normalStart,
  persistentStart,
  uniformStart,
  type Start,
} from "../../../ebm/index.ts";
import { linear, sgd } from "../../../nn/index.ts";
import { FAR } from "../chance.ts";
import "../../engine/opened.ts";

const noData = (): Tensor => {
  throw new Error("this start takes no data");
};

/** What a start draws, from numbers that need no device. */
const drawn = (start: Start, shape: Shape, seed = 1): number[] => {
  const { x } = start.draw(key(seed), shape, noData, null);
  expect(x.shape).toEqual(shape);
  return [...evaluate([x], new Map())[0].data];
};

const moment = (values: number[], power: number): number =>
  values.reduce((sum, value) => sum + value ** power, 0) / values.length;

test("uniformStart(scale) fills (−scale, scale) evenly", () => {
  const values = drawn(uniformStart(2), [500, 2, 3]);
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(2);
  // Variances of x and x²: b²/3 and 4 b⁴/45.
  expect(Math.abs(moment(values, 1))).toBeLessThan((FAR * 2) / Math.sqrt(3 * 3000));
  expect(Math.abs(moment(values, 2) - 4 / 3)).toBeLessThan(FAR * 16 * Math.sqrt(4 / 45 / 16 / 3000));
});

test("normalStart(scale) is N(0, scale²)", () => {
  const values = drawn(normalStart(0.5), [1500, 2]).map((value) => value / 0.5);
  // Variances of x, x² and x⁴: 1, 2 and 96.
  expect(Math.abs(moment(values, 1))).toBeLessThan(FAR / Math.sqrt(3000));
  expect(Math.abs(moment(values, 2) - 1)).toBeLessThan(FAR * Math.sqrt(2 / 3000));
  expect(Math.abs(moment(values, 4) - 3)).toBeLessThan(FAR * Math.sqrt(96 / 3000));
});

test.each([
  ["uniformStart", uniformStart()],
  ["normalStart", normalStart()],
])("%s draws the same from one key, other chains from another, and remembers nothing", (_name, start) => {
  expect(drawn(start, [4, 2])).toEqual(drawn(start, [4, 2]));
  expect(drawn(start, [4, 2], 2)).not.toEqual(drawn(start, [4, 2]));
  expect(start.memory(key(1))).toBeNull();
  expect(start.draw(key(1), [4, 2], noData, null).remember(tensor([0]))).toEqual({ memory: null });
  expect(start.usesData).toBe(false);
});

test("dataStart() begins at the batch it is given, noise included", () => {
  const start = dataStart();
  const batch = tensor([[1, 2]]);
  const begun = start.draw(key(1), [1, 2], () => batch, null);
  expect(begun.x).toBe(batch);
  expect(begun.remember(batch)).toEqual({ memory: null });
  expect([start.memory(key(1)), start.usesData]).toEqual([null, true]);
});

const bank = persistentStart({ size: 12, item: [2, 3], scale: 0.5 });

test("persistentStart({ size, item, scale }) fills its buffer with U(−scale, scale)", () => {
  const memory = bank.memory(key(1)) as Tensor;
  const values = [...evaluate([memory], new Map())[0].data];
  expect(memory.shape).toEqual([12, 2, 3]);
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.5);
  expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0.4);
  expect(new Set(values).size).toBe(72);
});

/** A buffer whose row r holds 100 r, 100 r + 1, … */
const numbered = {
  dtype: "f32" as const,
  shape: [12, 2, 3],
  data: Float32Array.from({ length: 72 }, (_, i) => 100 * Math.floor(i / 6) + (i % 6)),
};

/** Asserts that what was drawn are distinct rows of the numbered buffer, and that these rows alone are 5000 more after it. */
function expectWriteBack(drawn: ArrayLike<number>, after: ArrayLike<number>): number[] {
  const rows = Array.from({ length: 5 }, (_, i) => drawn[6 * i] / 100);
  expect(new Set(rows).size).toBe(5);
  expect(Array.from(drawn)).toEqual(rows.flatMap((row) => Array.from({ length: 6 }, (_, j) => 100 * row + j)));
  expect(Array.from(after)).toEqual(
    Array.from(numbered.data, (value, i) => (rows.includes(Math.floor(i / 6)) ? value + 5000 : value)),
  );
  return rows;
}

const program = (memory: Tensor, from: Tensor): Tensor[] => {
  const begun = bank.draw(from, [5, 2, 3], noData, memory);
  return [begun.x, begun.remember(begun.x.add(5000)).memory as Tensor];
};

test("persistentStart draws distinct members and writes their ends back to the same rows, and nothing else", () => {
  const seen = new Set<number>();
  for (let seed = 0; seed < 12; seed++) {
    const [x, after] = reference((memory: Tensor) => program(memory, key(seed)))(numbered) as { data: Float64Array }[];
    for (const row of expectWriteBack(x.data, after.data)) seen.add(row);
  }
  // A row stays out of 12 draws with probability (7/12)¹² = 0.0016.
  expect(seen.size).toBe(12);
});

test("persistentStart does the same on the device, where the buffer is written in place", async () => {
  const compiled = compile(program, { donate: [0] });
  for (let seed = 0; seed < 3; seed++) {
    const [x, after] = await Promise.all(compiled(fromArray(numbered), key(seed)).map(toArray));
    const rows = expectWriteBack(x.data, after.data);
    const [wanted] = reference((memory: Tensor) => program(memory, key(seed)))(numbered) as { data: Float64Array }[];
    expect(rows).toEqual(Array.from({ length: 5 }, (_, i) => wanted.data[6 * i] / 100));
  }
  compiled.dispose();
});

test("persistentStart refuses to draw without its buffer, and more chains than it holds", () => {
  expect(() => bank.draw(key(1), [5, 2, 3], noData, null)).toThrow("persistentStart: the replay buffer is missing");
  expect(() => bank.draw(key(1), [13, 2, 3], noData, bank.memory(key(1)))).toThrow("13 distinct indices out of 12");
});

test("persistentStart({ noise }) goes on from its rows with noise, and keeps what a chain lost to NaN as it was", async () => {
  const noisy = persistentStart({ size: 12, item: [2, 3], noise: 0.5 });
  const memory = fromArray(numbered);
  const begun = noisy.draw(key(3), [5, 2, 3], noData, memory);
  const [x, still] = [await toArray(begun.x), await toArray(bank.draw(key(3), [5, 2, 3], noData, memory).x)];
  const offsets = [...x.data].map((value, i) => value - still.data[i]);
  expect(Math.max(...offsets.map(Math.abs))).toBeLessThan(3);
  expect(new Set(offsets).size).toBeGreaterThan(20);
  const lost = begun.remember(begun.x.mul(tensor([NaN, 0, 1])));
  const after = (await toArray(lost.memory as Tensor)).data;
  const touched = [...after].filter((value, i) => value !== numbered.data[i]).length;
  expect([[...after].every(Number.isFinite), touched > 0, touched <= 20]).toEqual([true, true, true]);
});

test("generatorStart() draws G(z) in training, and learns from where the chains end by ‖G(z) − x‖² / (2 deviation²)", async () => {
  const net = linear(3, 2);
  const options = { net, latents: 3, deviation: 0.3, optimizer: sgd(), rate: constant(1e-3) };
  const start = generatorStart(options);
  const memory = start.memory(key(5)) as { parameters: { weight: Tensor; bias: Tensor } };
  const begun = start.draw(key(6), [4, 2], noData, memory);
  const z = normal(key(6), [4, 3]);
  expect(await toArray(begun.x)).toEqual(await toArray(net.apply(memory.parameters, z)));
  const end = begun.x.add(tensor([1, -2]));
  const { memory: after, numbers } = begun.remember(end);
  // Σ (1² + 2²) over 4 chains / (2 · 0.09); its slope towards the bias is 4 · (−1, 2) / 0.09.
  expect((await toArray(numbers!.generator_loss)).data[0]).toBeCloseTo(20 / 0.18, 3);
  const moved = await toArray((after as typeof memory).parameters.bias.sub(memory.parameters.bias));
  expect([...moved.data]).toEqual([expect.closeTo(4e-3 / 0.09, 5), expect.closeTo(-8e-3 / 0.09, 5)]);
});
