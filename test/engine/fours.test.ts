/** Expressions that go over four elements at a time give the very numbers of those that take them one by one. */

import { describe, expect, test } from "vitest";
import { rows } from "../../engine/check/elementwise.ts";
import {
  bits,
  byteAt,
  concat,
  flip,
  iota,
  key,
  loop,
  normal,
  split,
  where,
  type HostArray,
  type Tensor,
} from "../../engine/index.ts";
import { draw, drawIndices, f32, points, u32 } from "./draw.ts";
import { on, plain, tiled, type OfTensors } from "./forms.ts";
import { device } from "./opened.ts";

/** So many that kernels on processors take four at a time, and so many more that they do on GPUs. */
const many = 2 ** 16;
const more = 2 ** 20;

/** The kernels of a plan that do. */
const foursIn = (plan: string): number => plan.split("struct Values {").length - 1;

/** Asserts that results on a device are those of the plain kernels, to the bit, and says how many of its kernels take fours. */
async function foursOn(
  which: typeof device,
  program: OfTensors,
  inputs: readonly HostArray[],
  donate: readonly number[] = [],
): Promise<number> {
  const [wanted, { data, plan }] = [await on(plain, program, inputs), await on(which, program, inputs, { donate })];
  expect(foursIn(wanted.plan)).toBe(0);
  const different = data.map((numbers, at) => numbers.findIndex((one, i) => !Object.is(one, wanted.data[at][i])));
  expect(different).toEqual(data.map(() => -1));
  return foursIn(plan);
}

/** Whether the adapter at hand takes fours of that many. */
const takes = (count: number): boolean => device.target.elements(count) >= 4;

/** Rows of the table of ops that have operands in common, at most four at a time. */
const all = Object.entries(rows).map(([name, row]) => ({ name, ...row, drawn: JSON.stringify(row.operands) }));
const groups = [...new Set(all.map(({ drawn }) => drawn))].flatMap((drawn) => {
  const same = all.filter((row) => row.drawn === drawn);
  return Array.from({ length: Math.ceil(same.length / 4) }, (_, at) => same.slice(4 * at, 4 * at + 4));
});

/** Tensors of a type as one, 64 elements of each in turn: so that they are a single kernel. */
function inTurn(values: readonly Tensor[]): Tensor[] {
  const turn = byteAt(iota([values[0].size]), 0);
  const dtypes = [...new Set(values.map(({ dtype }) => dtype))];
  return dtypes.map((dtype) =>
    values
      .filter((value) => value.dtype === dtype)
      .reduce((before, value, at) => where(turn.less(64 * at), before, value)),
  );
}

describe("four at a time equal one by one", () => {
  test.each(groups.map((group, at) => ({ names: group.map(({ name }) => name).join(", "), group, rest: at % 5 })))(
    "$names",
    async ({ group, rest }) => {
      // Every remainder of a division by four, and a last thread with little to do.
      const count = many + (rest === 4 ? 777 : rest);
      const inputs = group[0].operands.map((operand, at) => points(operand, at, count));
      const program = (...x: Tensor[]) =>
        inTurn(
          group.map(({ call }) => {
            const value = call(...x);
            return value.dtype === "bool" ? value.toFloat() : value;
          }),
        );
      expect((await foursOn(device, program, inputs)) > 0).toBe(takes(count));
    },
  );
});

const x = draw(1, [many + 3]);
const y = draw(2, [many + 3]);

test.each<[string, OfTensors, HostArray[]]>([
  ["itself backwards", (x) => x.add(flip(x, 0)), [x]],
  ["another backwards", (x, y) => x.add(flip(y, 0)).mul(y), [x, y]],
  ["a number", (x, b) => x.mul(b), [x, f32([1], 0.3)]],
  ["a row for all", (x, b) => x.add(b), [draw(3, [301, 257]), draw(4, [257])]],
  ["its transpose", (x) => x.mul(x.transpose()), [draw(5, [257, 257])]],
  ["the beginning of something longer", (x, y) => x.slice([[0, many + 1]]).add(y), [x, draw(6, [many + 1])]],
  ["two in a row", (x, y) => concat([x, y]).mul(2), [x, y]],
  ["random numbers", (k, x) => normal(k, [many + 3]).add(x), [{ ...u32([], 1, 2), dtype: "key" }, x]],
])("where elements are read besides: %s", async (_name, program, inputs) => {
  expect(await foursOn(device, program, inputs)).toBe(takes(many) ? 1 : 0);
});

test("what is read at one place for all is read in front of them, and so is the length of a buffer that is dear", async () => {
  const { plan } = await on(device, (x, b) => x.mul(b), [x, f32([1], 0.3)]);
  expect(plan.includes("let leaf1Once0 = leaf1[0u];")).toBe(takes(many));
  expect(plan.includes(": array<array<vec4<f32>, 16>>;")).toBe(device.target.dearLengths);
  expect(plan.includes("arrayLength(&leaf0)")).toBe(device.target.dearLengths);
});

test("keys are read and written one by one, beside what is not", async () => {
  const program = (x: Tensor) => {
    const keys = split(key(3), many + 1);
    return [keys, bits(keys, [many + 1]), x.add(1)];
  };
  await foursOn(device, program, [x]);
});

test("results go over what they replace: donated arguments, and the carries of a loop", async () => {
  const momentum = (x: Tensor, y: Tensor, slope: Tensor) => {
    const kept = y.mul(0.9).add(slope);
    return [x.sub(kept.mul(0.1)), kept, x.greater(y)];
  };
  const inputs = [x, y, draw(7, [many + 3])];
  expect(await foursOn(device, momentum, inputs, [0, 1])).toBe(takes(many) ? 1 : 0);
  const steps = (x: Tensor, y: Tensor) =>
    loop(3, (i, [x, y]) => [x.sub(y.mul(0.1)), y.add(x.mul(i.toFloat()))], [x, y]);
  expect(await foursOn(device, steps, inputs.slice(0, 2), [0])).toBeGreaterThanOrEqual(takes(many) ? 1 : 0);
  const truths = { ...drawIndices(8, [many + 3], 2), dtype: "bool" as const };
  await foursOn(device, (flags, x) => flags.and(x.greater(0)), [truths, x], [0]);
});

test("a thread of a GPU takes one four, where there are enough of them", async () => {
  const numbers = (factor: number): HostArray => ({
    dtype: "f32",
    shape: [more + 3],
    data: Float32Array.from({ length: more + 3 }, (_, i) => ((i * factor) % 1000) / 100 - 5),
  });
  const inputs = [numbers(7919), numbers(104729)];
  expect(await foursOn(tiled, (x, y) => [x.mul(y).add(1), x.less(y)], inputs, [0])).toBe(1);
});
