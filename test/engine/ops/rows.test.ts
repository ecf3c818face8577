/** put: rows of a table replaced, in a copy of it, or in place where nothing else needs the table. */

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  compile,
  fromArray,
  grad,
  iota,
  loop,
  put,
  sum,
  take,
  tensor,
  toArray,
  type Tensor,
} from "../../../engine/index.ts";
import { draw, seeds, u32 } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement } from "../threeWays.ts";

const exactly = { exactly: true };

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

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

test("put() and take() say that they have no gradient", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  const rows = tensor([1], "u32");
  expect(() => grad(sum(put(x, rows, x.slice([[0, 1]]))), x)).toThrow(new TypeError("grad: put has no gradient"));
  expect(() => grad(sum(take(x, rows)), x)).toThrow(new TypeError("grad: take has no gradient"));
  expect(() => grad(sum(take(x, rows).mul(x)), rows.toFloat())).not.toThrow();
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
