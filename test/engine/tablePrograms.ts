/** Random programs that read tables, write into copies of them, and loop: what may be written in place, and what not. */

import fc from "fast-check";
import { iota, loop, matmul, put, putAdd, take, type HostArray, type Tensor } from "../../engine/index.ts";
import { draw, drawIndices, seeds } from "./draw.ts";

/** A program as data: each step works on tables [5, 2] and values [3, 2], counted back from the latest. */
type Step =
  | readonly [kind: keyof typeof kinds, a: number, b: number]
  | readonly [kind: "loop", a: number, b: number, count: number, body: readonly Step[]];

interface State {
  tables: readonly Tensor[];
  values: readonly Tensor[];
  /** Three different rows of a table, some of them beyond it. */
  rows: Tensor;
}

/** Whole numbers below 100, so that nothing is ever rounded. */
export const limited = (x: Tensor): Tensor => x.minimum(99).maximum(-99);

type Find = (list: readonly Tensor[], distance: number) => Tensor;
const back: Find = (list, distance) => list[list.length - 1 - (distance % list.length)];

const table = (state: State, made: Tensor): State => ({ ...state, tables: [...state.tables, made] });
const value = (state: State, made: Tensor): State => ({ ...state, values: [...state.values, made] });

/** What a step adds to the state. */
const kinds = {
  take: (s: State, a: number, b: number) => value(s, take(back(s.tables, a), s.rows.add(b))),
  put: (s: State, a: number, b: number) => table(s, put(back(s.tables, a), s.rows.add(b % 2), back(s.values, b))),
  putAdd: (s: State, a: number, b: number) => table(s, limited(putAdd(back(s.tables, a), s.rows, back(s.values, b)))),
  "put of what was taken": (s: State, a: number, b: number) =>
    table(s, put(back(s.tables, a), s.rows, take(back(s.tables, b), iota([3])))),
  "put of a table in itself": (s: State, a: number, b: number) =>
    table(s, put(back(s.tables, a), iota([5]).mul(1 + (b % 3)), back(s.tables, a))),
  "put in a view": (s: State, a: number, b: number) =>
    table(s, put(back(s.tables, a).reshape([10]), s.rows.mul(2), back(s.values, b).sum(1).minimum(99)).reshape([5, 2])),
  "put and what was there before": (s: State, a: number, b: number) => {
    const [before, rows] = [back(s.tables, a), s.rows.add(b % 2)];
    const after = put(before, rows, back(s.values, b));
    return table(value(s, limited(take(after, rows).sub(take(before, rows)))), after);
  },
  add: (s: State, a: number, b: number) => value(s, limited(back(s.values, a).add(back(s.values, b)))),
  turn: (s: State, a: number, b: number) => value(s, limited(back(s.values, a).flip(0).sub(back(s.values, b)))),
  product: (s: State, a: number, b: number) =>
    value(
      s,
      limited(matmul(limited(matmul(back(s.values, a), back(s.values, b), { transposeB: true })), back(s.values, b))),
    ),
  "sum of tables": (s: State, a: number, b: number) => table(s, limited(back(s.tables, a).add(back(s.tables, b)))),
  "a table turned": (s: State, a: number, b: number) =>
    table(s, limited(back(s.tables, a).flip(1).sub(back(s.tables, b).sum(0)))),
};

function run(steps: readonly Step[], start: State, unroll: boolean): State {
  return steps.reduce((state: State, step): State => {
    const [kind, a, b] = step;
    if (kind !== "loop") return kinds[kind](state, a, b);
    const [, , , count, body] = step;
    const [lastTable, otherTable, lastValue] = loop(
      count,
      (i, [one, two, three]) => {
        const inside = {
          tables: [...state.tables, one, two],
          values: [...state.values, three],
          rows: state.rows.add(i),
        };
        const { tables, values } = run(body, inside, unroll);
        return [back(tables, a), back(tables, b), back(values, a)];
      },
      [back(state.tables, a), back(state.tables, b), back(state.values, b)],
      { unroll },
    );
    return {
      ...state,
      tables: [...state.tables, lastTable, otherTable],
      values: [...state.values, lastValue],
    };
  }, start);
}

const flat: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
  fc.nat(4),
  fc.nat(4),
);

/** Steps of which one in `share` is a loop over some of `inside`. */
const orLoop = (share: number, inside: fc.Arbitrary<Step>): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: share - 1, arbitrary: flat },
    {
      weight: 1,
      arbitrary: fc.tuple(
        fc.constant("loop" as const),
        fc.nat(4),
        fc.nat(4),
        fc.constantFrom(1, 2, 3),
        fc.array(inside, { minLength: 1, maxLength: 4 }),
      ),
    },
  );

/** Programs, which of their four inputs are donated, what they return, and the seed of their inputs. */
export const tablePrograms = fc.record({
  steps: fc.array(orLoop(3, orLoop(6, flat)), { minLength: 1, maxLength: 8 }),
  donated: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  results: fc.array(fc.nat(6), { minLength: 1, maxLength: 3 }),
  seed: seeds,
});

type TableProgram = typeof tablePrograms extends fc.Arbitrary<infer Program> ? Program : never;

/** Some tables and values of a program's end, from two tables, values and rows. */
export const tableProgram =
  ({ steps, results }: TableProgram, unroll: boolean) =>
  (x: Tensor, y: Tensor, v: Tensor, rows: Tensor): Tensor[] => {
    const end = run(steps, { tables: [x, y], values: [v], rows }, unroll);
    return results.flatMap((distance) => [back(end.tables, distance), back(end.values, distance)]);
  };

/** An array of whole numbers. */
export const whole = (seed: number, shape: number[]): HostArray => {
  const array = draw(seed, shape, -9, 9);
  return { ...array, data: array.data.map((x) => Math.round(x) + 0) };
};

/** Two tables, values and rows. */
export function tableInputs({ seed }: TableProgram): HostArray[] {
  const start = drawIndices(seed + 3, [1], 4).data[0];
  const rows: HostArray = { dtype: "u32", shape: [3], data: Uint32Array.of(start, start + 2, start + 1) };
  return [whole(seed, [5, 2]), whole(seed + 1, [5, 2]), whole(seed + 2, [3, 2]), rows];
}
