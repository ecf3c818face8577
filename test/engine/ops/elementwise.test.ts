/** Elementwise ops against their float64 twins: numbers of every magnitude, shapes that broadcast, operands that stride. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as activations from "../../../engine/ops/activations.ts";
import * as ops from "../../../engine/ops/elementwise.ts";
import { pow } from "../../../engine/ops/pow.ts";
import { constant, tensor, type HostArray } from "../../../engine/index.ts";
import type { Shape } from "../../../engine/shape.ts";
import { draw, drawIndices, points, seeds, shapes } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement, expected } from "../threeWays.ts";
import { rows } from "../../../engine/check/elementwise.ts";

/** More than a workgroup, and prime. */
const count = 997;

test("there is a row for every function of engine/ops/elementwise.ts, activations.ts and pow.ts", () => {
  const functions = Object.entries({ ...ops, ...activations, pow }).flatMap(([name, op]) =>
    typeof op === "function" ? [name] : [],
  );
  expect(functions.filter((name) => !(name in rows))).toEqual([]);
});

test.each(Object.entries(rows))("%s agrees with its float64 twin", async (_name, { call, operands }) => {
  await expectAgreement(
    call,
    operands.map((operand, at) => points(operand, at, count)),
  );
});

/** Functions that a NaN does not come out of: they compare, choose, or raise to 0. */
const losesNan = /^(less|greater|equal|isNan|isFinite|where|toIndex|pow with the whole number 0|leakyRelu$)/;

const ofFloats = Object.entries(rows).filter(
  ([name, { operands }]) => !losesNan.test(name) && operands.every((one) => one !== "u32" && one !== "bool"),
);

test.each(ofFloats)("%s of NaN is NaN, whichever operand it is", async (_name, { call, operands }) => {
  for (const at of operands.keys()) {
    // As many as above, so that there is nothing more to compile.
    const inputs = operands.map((_, other) => draw(other, [count], 0.5, 1));
    inputs[at].data.set([NaN, 0.75, NaN]);
    const [{ data }] = expected(call, inputs).values;
    expect(Array.from(data.slice(0, 4), Number.isNaN)).toEqual([true, false, true, false]);
    await expectAgreement(call, inputs);
  }
});

test("isFinite(x) holds for numbers, and neither for NaN nor for an infinity, given or computed", async () => {
  const data = Float32Array.of(NaN, Infinity, -Infinity, 0, -3, 3e38, 2 ** -149);
  const x: HostArray = { dtype: "f32", shape: [data.length], data };
  await expectAgreement((x) => [x.isFinite(), x.add(1).isFinite()], [x], { exactly: true });
  expect([...expected((x) => x.isFinite(), [x]).values[0].data]).toEqual([0, 0, 0, 1, 1, 1, 1]);
});

describe("operands of different shapes", () => {
  /** Two shapes that broadcast: the second lacks leading axes or has extents of 1. */
  const pairs = fc.tuple(
    shapes(),
    fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    fc.nat(4),
    fc.boolean(),
    seeds,
  );

  const stretched = (shape: Shape, ones: readonly boolean[], dropped: number): Shape =>
    shape.map((extent, axis) => (ones[axis] ? 1 : extent)).slice(Math.min(dropped, shape.length));

  test("sub(x, y) stretches extents of 1 and missing axes", () =>
    check(pairs, ([shape, ones, dropped, turned, seed]) => {
      const operands = [draw(seed, shape), draw(seed + 1, stretched(shape, ones, dropped))];
      return expectAgreement(ops.sub, turned ? operands.reverse() : operands);
    }));

  test("where(c, x, y) stretches all three", () =>
    check(
      fc.tuple(shapes(3), fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), seeds),
      ([shape, ones, seed]) => {
        const condition: HostArray = { ...drawIndices(seed, stretched(shape, ones.slice(0, 3), 0), 2), dtype: "bool" };
        const operands = [draw(seed + 1, shape), draw(seed + 2, stretched(shape, ones.slice(3), 0))];
        return expectAgreement((c, x, y) => ops.where(c, x, y), [condition, ...operands]);
      },
      15,
    ));

  test("mul(x, y) reads operands that are transposed, sliced and stretched", () =>
    check(
      fc.tuple(shapes(3), seeds),
      ([shape, seed]) => {
        const operands = [draw(seed, shape), draw(seed + 1, shape)];
        const last = shape.at(-1) ?? 1;
        return expectAgreement((x, y) => {
          const every = y.transpose().slice(shape.length === 0 ? [] : [[0, last, 2]]);
          return ops.mul(
            x
              .transpose()
              .reshape([1, ...[...shape].reverse()])
              .slice(shape.length === 0 ? [] : [null, [0, last, 2]]),
            every,
          );
        }, operands);
      },
      20,
    ));

  test("add(x, y) names the shapes that do not broadcast", () => {
    expect(() => ops.add(tensor([[1, 2, 3]]), tensor([1, 2]))).toThrow(
      new RangeError("add: shapes do not broadcast, [1, 3] and [2]"),
    );
  });
});

test("ops name the operand whose type they do not take", () => {
  const [x, i] = [tensor([1]), tensor([1], "u32")];
  expect(() => x.add(i)).toThrow(
    /^add: takes f32 or u32, all of one type, got f32 \[1\] from tensor and u32 \[1\] from tensor$/,
  );
  expect(() => ops.tanh(i)).toThrow(/^tanh: takes f32, all of one type, got u32 \[1\] from tensor$/);
  expect(() => ops.where(x, x, x)).toThrow(
    /^where: takes a bool and two operands of one type, got f32 \[1\] from tensor, /,
  );
  expect(() => ops.and(x, x)).toThrow(/^and: takes bool/);
});

test("constant(value) is a number that f32 can hold", () => {
  expect(() => constant(NaN)).toThrow("constant: WGSL has no literal for NaN");
  expect(() => constant(1e39)).toThrow("constant: WGSL has no literal for 1e+39");
  expect(() => constant(-1, "u32")).toThrow("constant: a u32 is an integer in [0, 2³²), got -1");
});
