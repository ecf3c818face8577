/** Rows and elements by index: read, replaced and added to, in a copy of the table, or in place where nothing else needs it. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compile,
  fromArray,
  gather,
  grad,
  indexSelect,
  iota,
  loop,
  pick,
  put,
  putAdd,
  sum,
  take,
  tensor,
  toArray,
  type Tensor,
} from "../../../engine/index.ts";
import { draw, drawIndices, seeds, u32 } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement } from "../threeWays.ts";

const exactly = { exactly: true };

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

describe("take", () => {
  test("take(x, rows) reads rows by index", () =>
    check(
      fc.tuple(fc.constantFrom([7], [5, 3], [67, 2, 2]), fc.constantFrom([0], [1], [70], [2, 3], []), seeds),
      ([shape, rows, seed]) => expectAgreement(take, [draw(seed, shape), drawIndices(seed, rows, shape[0])], exactly),
    ));

  test("take(x, rows) of an expression reads only there", async () => {
    await expectAgreement(
      (x, rows) => take(x.mul(2).transpose(), rows.add(1)),
      [draw(1, [3, 9]), drawIndices(2, [20], 8)],
      exactly,
    );
  });

  test("take(x, rows) reads the last row where an index goes beyond", async () => {
    expect((await toArray(take(tensor([10, 20, 30]), tensor([2, 3, 4294967295], "u32")))).data).toEqual(
      Float32Array.of(30, 30, 30),
    );
  });

  test("take(x, rows) wants u32 rows", () => {
    expect(() => take(tensor([1]), tensor([0]))).toThrow(
      new TypeError("take: rows are u32 indices of the first axis, got f32 for [1]"),
    );
  });
});

test("put(table, rows, values) replaces rows and leaves the others", () =>
  check(
    fc.tuple(fc.constantFrom(1, 5, 67, 200), fc.constantFrom([], [1], [3], [5, 13], [0]), fc.array(fc.nat(199)), seeds),
    ([count, row, chosen, seed]) => {
      const rows = [...new Set(chosen.map((index) => index % count))];
      return expectAgreement(
        (table, rows, values) => [put(table, rows, values), table.add(0)],
        [draw(seed, [count, ...row]), u32([rows.length], ...rows), draw(seed + 1, [rows.length, ...row])],
        exactly,
      );
    },
    20,
  ));

test("put(take(…)) puts back what was taken, whatever the type", async () => {
  const table = u32([4, 2], 0x7f800001, 1, 2, 0xffffffff, 3, 4, 5, 6);
  const keys = { ...table, dtype: "key" as const, shape: [4] };
  for (const one of [table, keys])
    await expectAgreement((t, rows) => put(t, rows.add(1), take(t, rows)), [one, u32([2], 2, 0)], exactly);
});

test("put(table, …) of a donated table writes into it, and copies one that is read later", async () => {
  const step = compile(
    (table: Tensor, rows: Tensor) => {
      const changed = put(table, rows, take(table, rows).mul(10));
      return { changed, total: sum(changed) };
    },
    { donate: [0] },
  );
  const [table, rows] = [
    tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]),
    tensor([2], "u32"),
  ];
  const plan = await step.prepare(table, rows);
  expect(plan.explain()).not.toContain("copy");
  const { changed, total } = step(table, rows);
  expect(await numbers(changed)).toEqual([1, 2, 3, 4, 50, 60]);
  expect(await numbers(total)).toEqual([120]);

  const both = compile((table: Tensor, rows: Tensor) => [put(table, rows, take(table, rows).mul(10)), table.mul(2)], {
    donate: [0],
  });
  const given = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  expect((await both.prepare(given, rows)).explain()).toContain("copy");
  const [after, before] = both(given, rows);
  expect([await numbers(after), await numbers(before)]).toEqual([
    [1, 2, 3, 4, 50, 60],
    [2, 4, 6, 8, 10, 12],
  ]);
});

test("put(table, rows, table) copies, since a buffer cannot be read and written at once", async () => {
  const inputs = [draw(1, [3, 2]), u32([3], 2, 0, 1)];
  await expectAgreement((table, rows) => put(table, rows, table), inputs, exactly);
  await expectAgreement((table, rows) => put(table, rows, table.reshape([2, 3]).reshape([3, 2])), inputs, exactly);
  const donating = compile((table: Tensor, rows: Tensor) => put(table, rows, table), { donate: [0] });
  const [table, rows] = inputs.map(fromArray);
  expect(await numbers(donating(table, rows))).toEqual([2, 3, 4, 5, 0, 1].map((at) => inputs[0].data[at]));
});

test("put() inside a loop keeps the table in place, unless the body reads it elsewhere", async () => {
  const inputs = [draw(1, [5, 2]), draw(2, [1, 2])];
  const bodies: ((i: Tensor, table: Tensor, values: Tensor) => Tensor)[] = [
    (i, table, values) => put(table, i.reshape([1]), values.add(i.toFloat())),
    (i, table, values) => put(table, i.reshape([1]), values.add(take(table, i.reshape([1]).add(1)))),
    (i, table) => put(table, iota([5]), table.add(i.toFloat())),
    (i, table) => put(table, iota([5]).mul(4).add(i), table),
    (i, table) => put(table, iota([5]), table).mul(i.toFloat()),
  ];
  for (const body of bodies)
    for (const count of [1, 2, 3]) {
      const program = (unroll: boolean) => (table: Tensor, values: Tensor) =>
        loop(count, (i, t) => body(i, t, values), table, { unroll });
      await expectAgreement(program(false), inputs, { meaning: program(true) });
    }
});

test("put() leaves out rows beyond the table", async () => {
  const y = put(tensor([1, 2, 3]), tensor([1, 3, 4294967295], "u32"), tensor([10, 20, 30]));
  expect(await numbers(y)).toEqual([1, 10, 3]);
  // A table that fills its buffer: what is written beyond it would land on the last row.
  const full = put(iota([64]).add(0), tensor([64, 4294967295, 5], "u32"), tensor([1, 2, 3], "u32"));
  expect((await numbers(full)).flatMap((value, at) => (value === at ? [] : [at]))).toEqual([5]);
});

describe("putAdd", () => {
  test("putAdd(table, rows, values) adds up all values of a row", () =>
    check(
      fc.tuple(
        fc.constantFrom(1, 5, 67),
        fc.constantFrom([], [1], [3], [5, 13], [0]),
        fc.array(fc.nat(80), { maxLength: 100 }),
        seeds,
      ),
      ([count, row, chosen, seed]) =>
        expectAgreement(
          (table, rows, values) => [putAdd(table, rows, values), table.add(0)],
          [draw(seed, [count, ...row]), u32([chosen.length], ...chosen), draw(seed + 1, [chosen.length, ...row])],
        ),
      20,
    ));

  test("putAdd() adds in the order of the values, and leaves out rows beyond the table", async () => {
    const y = putAdd(
      tensor([
        [1, 2],
        [0, 0],
        [5, 6],
      ]),
      tensor([2, 1, 3, 2, 1, 4294967295], "u32"),
      tensor([
        [10, 20],
        [1e8, 1],
        [7, 7],
        [1, 1],
        [-1e8, 2],
        [7, 7],
      ]),
    );
    expect(await numbers(y)).toEqual([1, 2, 0, 3, 16, 27]);
  });

  test("putAdd() into a donated table writes into it, and starts from a copy where its values are the table", async () => {
    const step = compile((table: Tensor, rows: Tensor) => putAdd(table, rows, take(table, rows)), { donate: [0] });
    const [table, rows] = [tensor([1, 2, 3]), tensor([2, 0, 2], "u32")];
    expect((await step.prepare(table, rows)).explain()).not.toContain("copy");
    expect(await numbers(step(table, rows))).toEqual([2, 2, 9]);
    await expectAgreement((t, r) => putAdd(t, r, t), [draw(1, [3, 2]), u32([3], 2, 0, 2)]);
  });

  test("putAdd() takes f32 alone", () => {
    const rows = tensor([0], "u32");
    expect(() => putAdd(rows, rows, rows)).toThrow(new TypeError("putAdd: takes f32, got u32 and u32"));
    expect(() => putAdd(tensor([1]), rows, tensor([1, 2]))).toThrow(/^putAdd: f32 \[2\] from tensor are not the rows/);
  });
});

describe("elements by index", () => {
  test("gather(x, axis, index) reads y[…, j, …] = x[…, index[…, j, …], …]", () =>
    check(
      fc.tuple(fc.constantFrom<number[]>([7], [5, 3], [4, 3, 5]), fc.nat(2), fc.constantFrom(0, 1, 6), seeds),
      async ([shape, choice, extent, seed]) => {
        const axis = choice % shape.length;
        const [x, index] = [draw(seed, shape), drawIndices(seed, shape.with(axis, extent), shape[axis])];
        await expectAgreement((x, index) => gather(x, axis - shape.length, index), [x, index], exactly);
        const inner = shape.slice(axis + 1).reduce((size, e) => size * e, 1);
        const wanted = Array.from(index.data, (place, i) => {
          const outer = Math.floor(i / (extent * inner));
          return x.data[(outer * shape[axis] + place) * inner + (i % inner)];
        });
        expect(await numbers(gather(fromArray(x), axis, fromArray(index)))).toEqual(wanted);
      },
      12,
    ));

  test("indexSelect(x, axis, rows) takes slices, pick(x, index) one element of each row", async () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await numbers(indexSelect(x, 1, tensor([2, 0, 2, 9], "u32")))).toEqual([3, 1, 3, 3, 6, 4, 6, 6]);
    expect(await numbers(indexSelect(x, 0, tensor([1], "u32")))).toEqual([4, 5, 6]);
    expect(await numbers(pick(x, tensor([2, 0], "u32")))).toEqual([3, 4]);
    expect(await numbers(pick(x, tensor([7, 1], "u32")))).toEqual([3, 5]);
  });

  test("their operands are named where they do not fit", () => {
    const x = tensor([[1, 2, 3]]);
    const index = tensor([[0], [1]], "u32");
    expect(() => gather(x, 1, index)).toThrow(
      new RangeError("gather: shapes differ beyond axis 1, [1, 3] and indices [2, 1]"),
    );
    expect(() => gather(x, 1, x)).toThrow(new TypeError("gather: takes u32 indices, got f32 [1, 3] from tensor"));
    expect(() => pick(x, index)).toThrow(
      new RangeError("pick: wants one index per row of [1, 3], got u32 [2, 1] from tensor"),
    );
    expect(() => indexSelect(x, 1, index)).toThrow(
      new TypeError("indexSelect: takes a row of u32 indices, got u32 [2, 1] from tensor"),
    );
  });
});

describe("gradients by hand", () => {
  const table = () =>
    tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);

  test("of take() every reading counts, one beyond the last row for the last", async () => {
    const x = table();
    const rows = tensor([0, 2, 0, 9], "u32");
    const weights = tensor([
      [1, 2],
      [10, 20],
      [100, 200],
      [1000, 2000],
    ]);
    expect(await numbers(grad(sum(take(x, rows).mul(weights)), x))).toEqual([101, 202, 0, 0, 1010, 2020]);
    expect(() => grad(sum(take(x, rows).mul(1)), rows.toFloat())).not.toThrow();
  });

  test("of put() and putAdd() the table keeps what is not replaced, and values beyond it have none", async () => {
    const weights = tensor([
      [1, 2],
      [10, 20],
      [100, 200],
    ]);
    const rows = tensor([2, 5, 1], "u32");
    const slopes = async (op: typeof put): Promise<number[][]> => {
      const [x, values] = [table(), table()];
      const y = sum(op(x, rows, values).mul(weights));
      return Promise.all(grad(y, [x, values]).map(numbers));
    };
    expect(await slopes(put)).toEqual([
      [1, 2, 0, 0, 0, 0],
      [100, 200, 0, 0, 10, 20],
    ]);
    expect(await slopes(putAdd)).toEqual([
      [1, 2, 10, 20, 100, 200],
      [100, 200, 0, 0, 10, 20],
    ]);
  });

  test("of gather() and pick() every reading counts", async () => {
    const x = table();
    const index = tensor(
      [
        [1, 1, 9],
        [0, 0, 0],
        [1, 0, 1],
      ],
      "u32",
    );
    const weights = tensor([
      [1, 2, 4],
      [1, 2, 4],
      [1, 2, 4],
    ]);
    expect(await numbers(grad(sum(gather(x, 1, index).mul(weights)), x))).toEqual([0, 7, 7, 0, 2, 5]);
    expect(await numbers(grad(sum(pick(x, tensor([1, 0, 1], "u32"))), x))).toEqual([0, 1, 1, 0, 0, 1]);
  });
});

test("put() names its operands where they do not fit", () => {
  const table = tensor([
    [1, 2],
    [3, 4],
  ]);
  expect(() => put(table, tensor([0], "u32"), tensor([[1, 2, 3]]))).toThrow(
    new RangeError(
      "put: f32 [1, 3] from tensor are not the rows u32 [1] from tensor of f32 [2, 2] from tensor; expected [1, 2]",
    ),
  );
  expect(() => put(table, tensor([0]), tensor([[1, 2]]))).toThrow(
    /^put: f32 \[1, 2\] from tensor are not the rows f32 \[1\]/,
  );
  expect(() => put(tensor(1), tensor([0], "u32"), tensor([1]))).toThrow(RangeError);
});
