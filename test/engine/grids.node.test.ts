/** Grids of more than 65 535 workgroups, which are folded onto a second axis: every kernel finds its place in them. */

import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import type { Command } from "../../engine/compile/schedule.ts";
import {
  compile,
  conv2d,
  conv2dInput,
  conv2dWeight,
  cumsum,
  dispose,
  iota,
  openDevice,
  put,
  putAdd,
  sum,
  toArray,
  useDevice,
  type Tensor,
} from "../../engine/index.ts";
import { device } from "./opened.ts";

// Plain kernels compute one result a thread, so that it takes the fewest numbers to fill a grid.
const plain = await openDevice({ kernels: "plain" });
useDevice(device);

beforeEach(() => void useDevice(plain));
afterEach(() => void useDevice(device));
afterAll(() => plain.close());

/** Threads for 65 536 workgroups, one more than an axis has. */
const MANY = 65_536 * 64;

interface Row {
  /** A tensor of `MANY` numbers, given the numbers 0, 1, 2 … and the number 2. */
  program: (x: Tensor, two: Tensor) => Tensor;
  wanted: (i: number) => number;
}

const image = [1, MANY, 1, 1];
const windows = (two: Tensor): Tensor => two.broadcast([MANY, 1, 1, 1]);

const rows: Record<string, Row> = {
  elementwise: { program: (x, two) => x.mul(two), wanted: (i) => 2 * i },
  sum: { program: (x, two) => sum(x.reshape([MANY, 1]).mul(two).broadcast([MANY, 2]), 1), wanted: (i) => 4 * i },
  cumsum: { program: (x) => cumsum(x.reshape([MANY, 1]), 1), wanted: (i) => i },
  // All but the last row lie beyond the table.
  put: {
    program: (x, two) => put(x, iota([MANY]).add(1).mul(two.toIndex()), x.mul(0)),
    wanted: (i) => (i % 2 === 0 && i > 0 ? 0 : i),
  },
  putAdd: {
    // The last of all values is the only one whose row is in the table.
    program: (x, two) =>
      putAdd(
        x,
        two
          .toIndex()
          .mul(MANY - 1)
          .sub(iota([MANY])),
        x,
      ),
    wanted: (i) => (i === MANY - 1 ? 2 * i : i),
  },
  conv2d: { program: (x, two) => conv2d(x.reshape(image), windows(two), { groups: MANY }), wanted: (i) => 2 * i },
  conv2dInput: {
    program: (x, two) => conv2dInput(x.reshape(image), windows(two), { groups: MANY, shape: image }),
    wanted: (i) => 2 * i,
  },
  conv2dWeight: {
    program: (x, two) => conv2dWeight(two.broadcast(image), x.reshape(image), { groups: MANY, shape: [MANY, 1, 1, 1] }),
    wanted: (i) => 2 * i,
  },
};

const groupsOf = (commands: readonly Command[]): number[] =>
  commands.flatMap((command) => (command.kind === "dispatch" ? [command.groups.reduce((a, b) => a * b)] : []));

test.each(Object.entries(rows))("%s in a grid of 65 536 workgroups", async (_name, { program, wanted }) => {
  const x = compile((scale: Tensor) => iota([MANY]).toFloat().mul(scale))(1);
  const compiled = compile(program);
  const plan = compiled.trace(x, 2);
  expect(Math.max(...groupsOf(plan.schedule.commands))).toBeGreaterThan(65_535);
  const y = compiled(x, 2);
  const { data } = await toArray(y);
  expect(data.findIndex((value, i) => value !== wanted(i))).toBe(-1);
  dispose(x, y);
  compiled.dispose();
});
