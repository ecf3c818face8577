/** Movement ops carry elements to other places, unchanged; several of them in a row are still one reading. */

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  broadcast,
  concat,
  diagonal,
  flatten,
  flip,
  fromArray,
  iota,
  pad,
  reference,
  reflectPad,
  repeat,
  reshape,
  roll,
  scope,
  slice,
  squeeze,
  tensor,
  tile,
  toArray,
  transpose,
  tril,
  triu,
  type Tensor,
} from "../../../engine/index.ts";
import type { Range } from "../../../engine/ops/movement.ts";
import type { Shape } from "../../../engine/shape.ts";
import { draw, drawIndices, seeds, shapes } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement } from "../threeWays.ts";

const exactly = { exactly: true };

interface Movement {
  call: (x: Tensor, choice: readonly number[]) => Tensor;
  /** Where in x an element of the result comes from, written down independently of the op; null where it is 0. */
  from: (place: readonly number[], shape: Shape, choice: readonly number[]) => readonly number[] | null;
}

/** Movements that fit any tensor, each chosen by a few numbers. */
const movements: Record<string, Movement> = {
  transpose: {
    call: (x, choice) => transpose(x, permuted(x.rank, choice)),
    from: (place, shape, choice) => shape.map((_, axis) => place[permuted(shape.length, choice).indexOf(axis)]),
  },
  slice: {
    call: (x, choice) =>
      slice(
        x,
        x.shape.map((extent, axis) => rangeOf(extent, choice[axis])),
      ),
    from: (place, shape, choice) =>
      place.map((at, axis) => {
        const [start, , step] = rangeOf(shape[axis], choice[axis]) ?? [0, 0, 1];
        return start + at * step!;
      }),
  },
  pad: {
    call: (x, choice) =>
      pad(
        x,
        x.shape.map((_, axis) => [choice[axis] % 3, (choice[axis] >> 2) % 2]),
      ),
    from(place, shape, choice) {
      const inside = place.map((at, axis) => at - (choice[axis] % 3));
      return inside.every((at, axis) => at >= 0 && at < shape[axis]) ? inside : null;
    },
  },
  reshape: {
    call: (x, choice) => reshape(x, regrouped(x.shape, choice)),
    from: (place, shape, choice) => placeOf(indexOf(place, regrouped(shape, choice)), shape),
  },
  flatten: {
    call: (x, [start]) => flatten(x, start % (x.rank + 1)),
    from(place, shape, [start]) {
      const kept = start % (shape.length + 1);
      return [...place.slice(0, kept), ...placeOf(place[kept], shape.slice(kept))];
    },
  },
  broadcast: {
    call: (x, [extent]) => broadcast(x.reshape([1, ...x.shape]), [(extent % 3) + 1, ...x.shape]),
    from: (place) => place.slice(1),
  },
  concat: {
    call(x, [choice]) {
      if (x.rank === 0) return x;
      const axis = choice % x.rank;
      const first = slice(
        x,
        x.shape.map((extent, a) => (a === axis ? [0, Math.min(1, extent)] : null)),
      );
      return concat([x, first, x, x], axis);
    },
    from(place, shape, [choice]) {
      if (shape.length === 0) return place;
      const axis = choice % shape.length;
      const [at, extent] = [place[axis], shape[axis]];
      return place.with(axis, at < extent ? at : at === extent ? 0 : (at - extent - 1) % extent);
    },
  },
  flip: {
    call: (x, choice) => flip(x, oddAxes(x.shape, choice)),
    from: (place, shape, choice) =>
      place.map((at, axis) => (oddAxes(shape, choice).includes(axis) ? shape[axis] - 1 - at : at)),
  },
  roll: {
    call: (x, [choice, shift]) => (x.rank === 0 ? x : roll(x, shift - 128, choice % x.rank)),
    from(place, shape, [choice, shift]) {
      if (shape.length === 0) return place;
      const axis = choice % shape.length;
      return place.with(axis, (((place[axis] - (shift - 128)) % shape[axis]) + shape[axis]) % shape[axis]);
    },
  },
  repeat: {
    call: (x, [choice, count]) => (x.rank === 0 ? x : repeat(x, count % 4, choice % x.rank)),
    from: (place, shape, [choice, count]) =>
      place.map((at, axis) => (axis === choice % shape.length ? Math.floor(at / (count % 4)) : at)),
  },
  tile: {
    call: (x, [choice, count]) => (x.rank === 0 ? x : tile(x, count % 4, choice % x.rank)),
    from: (place, shape, [choice]) => place.map((at, axis) => (axis === choice % shape.length ? at % shape[axis] : at)),
  },
  reflectPad: {
    call: (x, choice) =>
      reflectPad(
        x,
        x.shape.map((extent, axis) => mirrored(extent, choice[axis])),
      ),
    from: (place, shape, choice) =>
      place.map((at, axis) => {
        const [before] = mirrored(shape[axis], choice[axis]);
        const inside = Math.abs(at - before);
        return inside < shape[axis] ? inside : 2 * (shape[axis] - 1) - inside;
      }),
  },
  diagonal: {
    call: (x) => (x.rank < 2 ? x : diagonal(x)),
    from: (place, shape) => (shape.length < 2 ? place : [...place, place.at(-1)!]),
  },
  tril: {
    call: (x, [choice]) => (x.rank < 2 ? x : tril(x, (choice % 7) - 3)),
    from: (place, shape, [choice]) =>
      shape.length < 2 || place.at(-1)! <= place.at(-2)! + (choice % 7) - 3 ? place : null,
  },
  triu: {
    call: (x, [choice]) => (x.rank < 2 ? x : triu(x, (choice % 7) - 3)),
    from: (place, shape, [choice]) =>
      shape.length < 2 || place.at(-1)! >= place.at(-2)! + (choice % 7) - 3 ? place : null,
  },
};

const oddAxes = (shape: Shape, choice: readonly number[]): number[] =>
  shape.flatMap((_, axis) => (choice[axis] % 2 === 1 ? [axis] : []));

/** Widths that a mirror allows. */
const mirrored = (extent: number, choice: number): [number, number] => [
  Math.min(choice % 4, Math.max(extent - 1, 0)),
  Math.min((choice >> 3) % 4, Math.max(extent - 1, 0)),
];

/** The row-major index of a place, and back. */
const indexOf = (place: readonly number[], shape: Shape): number =>
  place.reduce((index, at, axis) => index * shape[axis] + at, 0);
const placeOf = (index: number, shape: Shape): number[] =>
  shape.reduceRight<number[]>((place, extent) => {
    const rest = index % extent;
    index = (index - rest) / extent;
    return [rest, ...place];
  }, []);

const permuted = (rank: number, choice: readonly number[]): number[] =>
  Array.from({ length: rank }, (_, axis) => axis).sort((a, b) => choice[a] - choice[b] || a - b);

function rangeOf(extent: number, choice: number): Range {
  const start = choice % (extent + 1);
  const end = start + ((choice >> 3) % (extent - start + 1));
  return choice % 5 === 0 ? null : [start, end, (choice % 3) + 1];
}

/** Axes merged and taken apart in another order. */
const regrouped = (shape: Shape, [choice]: readonly number[]): Shape =>
  choice % 2 === 0 ? [...shape].reverse() : [1, ...shape.slice(0, -2), shape.slice(-2).reduce((a, b) => a * b, 1)];

const choices = fc.array(fc.nat(255), { minLength: 6, maxLength: 6 });

const cases = fc.tuple(shapes(), choices, seeds);

test.each(Object.entries(movements))("%s(x) puts every element where it belongs", async (_name, { call, from }) => {
  const programOf =
    (choice: readonly number[]) =>
    (x: Tensor): Tensor =>
      call(x, choice);
  await check(
    cases,
    ([shape, choice, seed]) => {
      const x = draw(seed, shape);
      const y = reference(programOf(choice) as never)(x) as { shape: Shape; data: Float64Array };
      y.data.forEach((value, index) => {
        const place = from(placeOf(index, y.shape), shape, choice);
        expect(value).toBe(place === null ? 0 : x.data[indexOf(place, shape)]);
      });
    },
    20,
  );
  // On a device each case is a shader to compile.
  await check(cases, ([shape, choice, seed]) => expectAgreement(programOf(choice), [draw(seed, shape)], exactly), 8);
});

test("movements in a row are read through as one", () =>
  check(
    fc.tuple(
      shapes(3),
      fc.array(fc.tuple(fc.constantFrom(...Object.keys(movements)), choices), { minLength: 2, maxLength: 5 }),
      seeds,
    ),
    ([shape, steps, seed]) => {
      const program = (x: Tensor) =>
        steps.reduce((y, [name, choice]) => {
          const next = movements[name].call(y, choice).mul(name === "pad" ? 2 : 1);
          return next.rank > 5 || next.size > 5000 ? y : next;
        }, x);
      return expectAgreement(program, [draw(seed, shape, -8, 8)]);
    },
    25,
  ));

test("two transposes, reshapes or broadcasts in a row are one", () =>
  check(
    fc.tuple(choices, choices, seeds),
    ([first, second, seed]) =>
      expectAgreement(
        (x) => [
          transpose(transpose(x, permuted(3, first)), permuted(3, second)).mul(2),
          x.reshape([4, 6]).reshape([3, 8]),
          x
            .slice([[0, 1]])
            .broadcast([2, 3, 4])
            .broadcast([2, 2, 3, 4]),
        ],
        [draw(seed, [2, 3, 4])],
        exactly,
      ),
    12,
  ));

test("keys, indices and bools move as well", async () => {
  const bools = { ...drawIndices(2, [3, 5], 2), dtype: "bool" as const };
  for (const x of [drawIndices(1, [3, 5], 99), bools])
    await expectAgreement(
      (y) => [
        concat([y.transpose(), y.reshape([5, 3])], 1),
        pad(y, [
          [1, 0],
          [0, 2],
        ]),
      ],
      [x],
      exactly,
    );
  const keys = { dtype: "key" as const, shape: [3], data: Uint32Array.of(1, 2, 3, 4, 5, 6) };
  await expectAgreement((k) => [concat([k, k.slice([[1, 2]])]), k.reshape([3, 1]), pad(k, [[1, 1]])], [keys], exactly);
});

test("concat() joins more tensors than a device binds buffers", async () => {
  const parts = Array.from({ length: 20 }, (_, i) => draw(i, [(i % 3) + 1, 2]));
  await expectAgreement((...xs) => concat(xs), parts, exactly);
  await expectAgreement(
    (...xs) =>
      concat(
        xs.map((x) => x.add(1)),
        0,
      )
        .transpose()
        .exp(),
    parts,
  );
});

test("squeeze(x) drops axes of extent 1, squeeze(x, axes) those", () => {
  const x = scope(() => reshape(iota([6]), [1, 2, 1, 3]));
  expect([squeeze(x).shape, squeeze(x, 0).shape, squeeze(x, [0, -2]).shape]).toEqual([
    [2, 3],
    [2, 1, 3],
    [2, 3],
  ]);
  expect(() => squeeze(x, 1)).toThrow(/^squeeze: axis 1 of \[1, 2, 1, 3\] is not 1$/);
});

test("slice(x, [[−2]]) counts from the end", async () => {
  expect((await toArray(slice(tensor([1, 2, 3, 4]), [[-2]]))).data).toEqual(Float32Array.of(3, 4));
  expect((await toArray(slice(tensor([1, 2, 3, 4, 5]), [[0, -1, 3]]))).data).toEqual(Float32Array.of(1, 4));
});

test("movement ops name what does not fit", () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const cases: [() => Tensor, string][] = [
    [() => reshape(x, [4, 2]), "reshape: [4, 2] does not hold the 6 elements of [2, 3]"],
    [() => reshape(x, [-1, 4]), "reshape: [-1, 4] does not hold the 6 elements of [2, 3]"],
    [() => reshape(x, [-1, -1]), "reshape: [-1, -1] does not hold the 6 elements of [2, 3]"],
    [() => reshape(x, [-2, -3]), "reshape: extents must be non-negative integers, got [-2, -3]"],
    [() => broadcast(x, [3, 3]), "broadcast: shapes do not broadcast, [2, 3] and [3, 3]"],
    [() => broadcast(x, [2, 1]), "broadcast: [2, 3] does not stretch to [2, 1]"],
    [() => transpose(x, [0, 0]), "transpose: axes [0, 0] do not permute the 2 axes of [2, 3]"],
    [() => transpose(x, [0, 2]), "transpose: axis 2 is outside a tensor of rank 2"],
    [() => slice(x, [null, [1, 4]]), "slice: [1, 4) is not a range of axis 1, extent 3"],
    [() => slice(x, [null, null, null]), "slice: 3 ranges for [2, 3]"],
    [() => pad(x, [[1, 1]]), "pad: one pair of non-negative widths per axis of [2, 3], got [[1,1]]"],
    [() => concat([x, x.slice([null, [0, 2]])]), "concat: operands differ beyond axis 0, [2, 3] and [2, 2]"],
    [() => concat([]), "concat: no operands"],
  ];
  for (const [call, message] of cases) expect(call).toThrow(new RangeError(message));
});

test("tensors without elements have shapes as well", async () => {
  await expectAgreement(
    (x, y) => [
      concat([x, x], 1),
      concat([y, x.transpose()], 0),
      pad(x, [
        [1, 2],
        [0, 1],
      ]),
      broadcast(x, [2, 0, 3]),
      x.exp(),
    ],
    [draw(1, [0, 3]), draw(2, [3, 0])],
    exactly,
  );
  expect((await toArray(fromArray(draw(1, [0, 3])))).shape).toEqual([0, 3]);
});
