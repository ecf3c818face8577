/** Replay buffers that fall into classes or start afresh, and starts that match the moments of data. */

import { expect, test } from "vitest";
import { compile, evaluate, fromArray, key, tensor, toArray, type Tensor } from "../../../engine/index.ts";
import { matchedDraw, momentsOf, persistentStart } from "../../../ebm/index.ts";
import { classesOf, firstOfEach } from "../../../ebm/data/classes.ts";
import { imagesAt, splitRows } from "../../../ebm/data/select.ts";
import { FAR } from "../chance.ts";
import "../../engine/opened.ts";

const noData = (): Tensor => {
  throw new Error("this start takes no data");
};
const indices = (...values: number[]): Tensor =>
  fromArray({ dtype: "u32", shape: [values.length], data: Uint32Array.from(values) });

/** 12 chains of one number, chain r at 100 r. */
const numbered = () =>
  fromArray({ dtype: "f32", shape: [12, 1], data: Float32Array.from({ length: 12 }, (_, r) => 100 * r) });

test("persistentStart({ classes }) draws distinct chains of the part of each class, and writes their ends back there", async () => {
  const start = persistentStart({ size: 12, item: [1], classes: 3 });
  const program = compile(
    (memory: Tensor, y: Tensor, from: Tensor) => {
      const begun = start.draw(from, [4, 1], noData, memory, y);
      return [begun.x, begun.remember(begun.x.add(7)).memory as Tensor];
    },
    { donate: [0] },
  );
  for (let seed = 0; seed < 4; seed++) {
    const asked = [2, 0, 2, 2];
    const [x, after] = await Promise.all(program(numbered(), indices(...asked), key(seed)).map(toArray));
    const rows = Array.from(x.data, (value) => value / 100);
    expect(rows.map((row) => Math.floor(row / 4))).toEqual(asked);
    expect(new Set(rows).size).toBe(4);
    expect(Array.from(after.data)).toEqual(Array.from({ length: 12 }, (_, r) => 100 * r + (rows.includes(r) ? 7 : 0)));
  }
  program.dispose();
});

test("persistentStart({ reinit }) starts chains afresh that often, of the class of their part; their ends go back all the same", async () => {
  // Fresh chains of class y begin at −1 − y.
  const fresh = (_key: Tensor, shape: readonly number[], y: Tensor | null) =>
    (y ?? indices(...Array<number>(shape[0]).fill(9)))
      .toFloat()
      .add(1)
      .neg()
      .reshape([...shape]);
  const start = persistentStart({ size: 12, item: [1], classes: 3, reinit: 0.25, fresh });
  expect([...evaluate([start.memory(key(1)) as Tensor], new Map())[0].data]).toEqual([
    ...[-1, -1, -1, -1],
    ...[-2, -2, -2, -2],
    ...[-3, -3, -3, -3],
  ]);
  let anew = 0;
  const draws = 60;
  for (let seed = 0; seed < draws; seed++) {
    const { x } = start.draw(key(seed), [4, 1], noData, numbered(), indices(1, 1, 0, 2));
    for (const [at, value] of [...(await toArray(x)).data].entries()) {
      if (value < 0) expect(value).toBe([-2, -2, -1, -3][at]);
      anew += Number(value < 0);
    }
  }
  // Binomial of 240 draws: mean 60, deviation √45.
  expect(Math.abs(anew - 60)).toBeLessThan(FAR * Math.sqrt(45));
});

test("persistentStart refuses a buffer that does not divide into its classes", () => {
  expect(() => persistentStart({ size: 10, item: [1], classes: 3 })).toThrow(
    "persistentStart: 10 chains do not divide into 3 classes",
  );
});

test("matchedDraw has the mean and the covariance of the items of each class", async () => {
  // Class 0: (±1, ±1) on the diagonal; class 1: (10, ±2) across.
  const items = tensor([
    [
      [1, 1],
      [-1, -1],
    ],
    [
      [10, 2],
      [10, -2],
    ],
  ]);
  const draw = matchedDraw(momentsOf(items));
  const count = 2000;
  const [first, second] = await Promise.all(
    [0, 1].map(async (y) => (await toArray(draw(key(3), [count, 2], indices(...Array<number>(count).fill(y))))).data),
  );
  const moment = (data: ArrayLike<number>, of: (x: number, y: number) => number): number => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += of(data[2 * i], data[2 * i + 1]);
    return sum / count;
  };
  const spread = FAR / Math.sqrt(count);
  expect(Math.abs(moment(first, (x) => x))).toBeLessThan(spread);
  // Rank one: x and y are the same number, of variance 1.
  expect(moment(first, (x, y) => (x - y) ** 2)).toBeLessThan(1e-10);
  expect(Math.abs(moment(first, (x) => x * x) - 1)).toBeLessThan(2 * spread);
  expect(moment(second, (x) => (x - 10) ** 2)).toBeLessThan(1e-8);
  expect(Math.abs(moment(second, (_x, y) => y * y) - 4)).toBeLessThan(8 * spread);
});

test("firstOfEach takes the first items of every class in their order, and says where there are too few", () => {
  const labels = Uint8Array.of(1, 0, 1, 1, 0, 2, 2, 0);
  expect(firstOfEach(labels, 2)).toEqual([0, 1, 2, 4, 5, 6]);
  expect(() => firstOfEach(labels, 3)).toThrow("data.labels: class 2 has 2 items, got 3");
});

test("splitRows holds out distinct rows at random, the same always, and leaves the others", () => {
  const { learned, held } = splitRows(100, 30);
  expect([learned.length, held.length]).toEqual([70, 30]);
  expect([...learned, ...held].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, row) => row));
  expect(held).toEqual(splitRows(100, 30).held);
  expect(held).not.toEqual(Array.from({ length: 30 }, (_, row) => row));
  expect(() => splitRows(5, 5)).toThrow("data.valid: 5 held out of 5 items leaves none to learn from");
});

test("classesOf gives the classes of the very rows that choice draws, and imagesAt those images with their labels", async () => {
  const labels = Uint8Array.of(3, 1, 0, 2, 1, 0);
  const classes = classesOf(labels);
  const images = {
    name: "n",
    count: 6,
    channels: 1,
    height: 1,
    width: 1,
    images: Uint8Array.from(labels, (l) => 10 * l),
    labels,
  };
  expect(classes.count).toBe(4);
  const { data } = await toArray(classes.of(key(4), 6));
  expect([...data].sort()).toEqual([...labels].sort());
  classes.dispose();
  expect(imagesAt(images, [5, 0])).toMatchObject({
    count: 2,
    images: Uint8Array.of(0, 30),
    labels: Uint8Array.of(0, 3),
  });
});
