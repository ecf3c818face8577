/** Forms of a kernel that suit an adapter give the very numbers of the plain one. */

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  compile,
  conv2d,
  conv2dInput,
  conv2dWeight,
  dispose,
  formsOn,
  fromArray,
  matmul,
  pinned,
  type HostArray,
  type Tensor,
} from "../../engine/index.ts";
import { draw } from "./draw.ts";
import { on, plain, tiled } from "./forms.ts";
import { device } from "./opened.ts";
import { check } from "./property.ts";
import { expectAgreement } from "./threeWays.ts";

/** Forms of a kernel, by the ends of their files' names, and the device that uses them. */
const forms = { Subgroup: device, Tile: tiled };
const files = { Subgroup: /(Subgroup|Taps|Rows|Wide)\.wgsl/, Tile: /Tile\.wgsl/ };

type Uses = Record<keyof typeof forms, number>;

/** Asserts equal bits, and counts the forms that were different ones. */
async function expectSame(
  program: (...x: Tensor[]) => Tensor,
  inputs: readonly HostArray[],
  uses: Uses,
): Promise<void> {
  const standard = await on(plain, program, inputs);
  expect(standard.plan).not.toMatch(/(Subgroup|Taps|Rows|Wide|Tile)\.wgsl/);
  for (const [form, which] of Object.entries(forms)) {
    const { data, plan } = await on(which, program, inputs);
    expect(data).toEqual(standard.data);
    if (files[form as keyof Uses].test(plan)) uses[form as keyof Uses]++;
  }
}

const none = (): Uses => ({ Subgroup: 0, Tile: 0 });

const { lanes } = device.target;

test(`this adapter has ${lanes === null ? "no subgroups that kernels are written for" : `subgroups of ${lanes} lanes`}`, () => {
  expect([null, 4, 8]).toContain(lanes);
  expect([plain.target.lanes, plain.target.tiles, tiled.target.tiles]).toEqual([null, false, true]);
});

const extent = fc.constantFrom(9, 16, 17, 31, 40, 65);

test("matmul by subgroups and by tiles equals matmul, transposed and batched too", async () => {
  const uses = none();
  await check(
    fc.tuple(extent, fc.constantFrom(1, 2, 33), extent, fc.boolean(), fc.boolean(), fc.constantFrom(1, 3)),
    async ([m, k, n, transposeA, transposeB, batch]) => {
      const a = draw(1, [batch, ...(transposeA ? [k, m] : [m, k])]);
      const b = draw(2, [batch, ...(transposeB ? [n, k] : [k, n])]);
      // An epilogue, which has the right index.
      const program = (a: Tensor, b: Tensor) => matmul(a, b, { transposeA, transposeB }).mul(2).leakyRelu(0.1);
      await expectSame(program, [a, b], uses);
    },
    6,
  );
  expect(uses.Tile).toBeGreaterThan(0);
  expect(uses.Subgroup > 0).toBe(lanes !== null);
});

// What is small has one form; these are large enough for the others.
test.each([
  { m: 33, n: 65, k: 2000, subgroup: true },
  { m: 33, n: 2, k: 9, subgroup: false },
  { m: 3, n: 70, k: 9, subgroup: false },
  { m: 3, n: 30, k: 9, subgroup: true },
])("matmul of $m × $k by $k × $n equals the plain one", async ({ m, n, k, subgroup }) => {
  const uses = none();
  await expectSame((a, b) => matmul(a, b).add(1), [draw(1, [m, k]), draw(2, [k, n])], uses);
  expect(uses.Subgroup).toBe(subgroup && lanes !== null ? 1 : 0);
});

// Taken for what is large alone, since they are slow to compile: here for tiles that are full, nearly empty, and both.
const wide = formsOn(device.target).filter((form) => form.includes("Wide"));

test.each(wide.filter((form) => form.startsWith("matmul")))(
  "%s equals the plain one, whatever is left over",
  async (form) => {
    const uses = none();
    device.target.choices = pinned(form);
    try {
      await check(
        fc.tuple(
          fc.constantFrom(1, 15, 32, 33, 70),
          fc.constantFrom(1, 2, 7, 32),
          fc.constantFrom(1, 64, 65, 129),
          fc.boolean(),
          fc.boolean(),
        ),
        async ([m, k, n, transposeA, transposeB]) => {
          const a = draw(1, [2, ...(transposeA ? [k, m] : [m, k])]);
          const b = draw(2, [2, ...(transposeB ? [n, k] : [k, n])]);
          await expectSame((a, b) => matmul(a, b, { transposeA, transposeB }).mul(2).leakyRelu(0.1), [a, b], uses);
        },
        6,
      );
    } finally {
      device.target.choices = new Map();
    }
    expect(uses.Subgroup).toBe(6);
  },
);

test.each(wide.filter((form) => !form.startsWith("matmul")))(
  "%s equals the plain one, whatever is left over",
  async (form) => {
    device.target.choices = pinned(form);
    const uses = none();
    try {
      // More pixels and taps than the 64 of a tile, more channels than 32; steps of the sum that are odd.
      for (const { batch, channels, outputs, size, taps, ...window } of [
        { batch: 3, channels: 35, outputs: 69, size: 7, taps: 3, stride: 1, padding: 1, dilation: 1, groups: 1 },
        { batch: 2, channels: 5, outputs: 34, size: 9, taps: 3, stride: 2, padding: 2, dilation: 3, groups: 2 },
        { batch: 5, channels: 3, outputs: 7, size: 11, taps: 4, stride: 2, padding: 1, dilation: 1, groups: 1 },
        { batch: 1, channels: 1, outputs: 1, size: 3, taps: 3, stride: 1, padding: 0, dilation: 1, groups: 1 },
      ]) {
        const { stride, padding, dilation, groups } = window;
        const after = Math.floor((size + 2 * padding - dilation * (taps - 1) - 1) / stride) + 1;
        const shapes = {
          x: [batch, channels * groups, size, size],
          w: [outputs * groups, channels, taps, taps],
          y: [batch, outputs * groups, after, after],
        };
        const [x, w, y] = [draw(1, shapes.x), draw(2, shapes.w), draw(3, shapes.y)];
        if (form.startsWith("conv2dInput"))
          await expectSame((y, w) => conv2dInput(y, w, { ...window, shape: shapes.x }).add(1), [y, w], uses);
        else if (form.startsWith("conv2dWeight"))
          await expectSame((x, y) => conv2dWeight(x, y, { ...window, shape: shapes.w }).add(1), [x, y], uses);
        else await expectSame((x, w) => conv2d(x, w, window).add(1), [x, w], uses);
      }
    } finally {
      device.target.choices = new Map();
    }
    expect(uses.Subgroup).toBeGreaterThanOrEqual(2);
  },
);

test.runIf(lanes !== null)("conv2dTaps equals the plain one, for as many taps as it takes", async () => {
  device.target.choices = pinned("conv2dTaps");
  const uses = none();
  const windows = [
    { batch: 3, channels: 1, outputs: 3, size: 5, taps: 1, stride: 1, padding: 0, dilation: 1, groups: 1 },
    { batch: 2, channels: 1, outputs: 70, size: 9, taps: 3, stride: 1, padding: 1, dilation: 1, groups: 1 },
    { batch: 5, channels: 3, outputs: 16, size: 7, taps: 3, stride: 1, padding: 1, dilation: 1, groups: 1 },
    { batch: 2, channels: 2, outputs: 9, size: 11, taps: 4, stride: 2, padding: 1, dilation: 1, groups: 1 },
    { batch: 1, channels: 1, outputs: 65, size: 12, taps: 5, stride: 1, padding: 2, dilation: 2, groups: 2 },
    { batch: 2, channels: 8, outputs: 2, size: 9, taps: 2, stride: 3, padding: 3, dilation: 3, groups: 3 },
  ];
  try {
    for (const { batch, channels, outputs, size, taps, ...window } of windows) {
      const x = draw(1, [batch, channels * window.groups, size, size]);
      const w = draw(2, [outputs * window.groups, channels, taps, taps]);
      await expectSame((x, w) => conv2d(x, w, window).add(1), [x, w], uses);
    }
  } finally {
    device.target.choices = new Map();
  }
  expect(uses.Subgroup).toBe(windows.length);
});

test.runIf(lanes !== null)(
  "conv2dInputRows equals the plain one, for as many channels and taps as it takes",
  async () => {
    device.target.choices = pinned("conv2dInputRows");
    const uses = none();
    // Less than a tile and more, whole numbers of it and others, paddings that leave windows outside, and one that leaves none.
    const windows = [
      { batch: 2, channels: 3, outputs: 4, height: 8, width: 32, taps: [3, 3], padding: [1, 1], groups: 1 },
      { batch: 3, channels: 1, outputs: 7, height: 9, width: 35, taps: [3, 3], padding: [1, 1], groups: 2 },
      { batch: 1, channels: 2, outputs: 2, height: 17, width: 66, taps: [3, 2], padding: [0, 1], groups: 1 },
      { batch: 2, channels: 2, outputs: 3, height: 5, width: 15, taps: [2, 3], padding: [3, 2], groups: 3 },
      { batch: 2, channels: 3, outputs: 5, height: 3, width: 4, taps: [1, 1], padding: [0, 0], groups: 1 },
      { batch: 1, channels: 1, outputs: 1, height: 3, width: 3, taps: [3, 1], padding: [2, 0], groups: 4 },
    ] as const;
    try {
      for (const { batch, channels, outputs, height, width, taps, padding, groups } of windows) {
        const shape = [batch, channels * groups, height, width];
        const after = [height, width].map((extent, axis) => extent + 2 * padding[axis] - taps[axis] + 1);
        const y = draw(1, [batch, outputs * groups, ...after]);
        const w = draw(2, [outputs * groups, channels, ...taps]);
        // An epilogue that has the right index and channel.
        const [place, bias] = [draw(3, shape), draw(4, [1, channels * groups, 1, 1])];
        await expectSame(
          (y, w, place, bias) => conv2dInput(y, w, { padding, groups, shape }).add(bias).mul(place),
          [y, w, place, bias],
          uses,
        );
      }
    } finally {
      device.target.choices = new Map();
    }
    expect(uses.Subgroup).toBe(windows.length);
  },
);

test("matmulTile.large equals the plain one, whatever is left over", async () => {
  const uses = none();
  tiled.target.choices = pinned("matmulTile.large");
  try {
    await check(
      fc.tuple(
        fc.constantFrom(2, 127, 128, 130),
        fc.constantFrom(2, 8, 9, 30),
        fc.constantFrom(5, 128, 257),
        fc.boolean(),
        fc.boolean(),
      ),
      async ([m, k, n, transposeA, transposeB]) => {
        const a = draw(1, [2, ...(transposeA ? [k, m] : [m, k])]);
        const b = draw(2, [2, ...(transposeB ? [n, k] : [k, n])]);
        await expectSame((a, b) => matmul(a, b, { transposeA, transposeB }).mul(2).leakyRelu(0.1), [a, b], uses);
      },
      6,
    );
  } finally {
    tiled.target.choices = new Map();
  }
  expect(uses.Tile).toBe(6);
});

test("products of many sizes, and sums and expressions, share their pipelines", async () => {
  const program = compile((x: Tensor, w: Tensor, b: Tensor) => matmul(x, w).add(b).tanh().sum(0).exp());
  const counts: number[] = [];
  for (const [m, k, n] of [
    [40, 20, 30],
    [41, 19, 27],
    [100, 2, 64],
  ]) {
    const tensors = [draw(1, [m, k]), draw(2, [k, n]), draw(3, [n])].map(fromArray) as [Tensor, Tensor, Tensor];
    await program.prepare(...tensors);
    counts.push(device.pipelines.count);
    dispose(tensors);
  }
  program.dispose();
  expect(counts).toEqual([counts[0], counts[0], counts[0]]);
});

const cases = [
  { window: { stride: 1, padding: 1, dilation: 1, groups: 1 }, channels: 34, outputs: 35, taps: 3, size: 6 },
  { window: { stride: 2, padding: 1, dilation: 2, groups: 2 }, channels: 33, outputs: 32, taps: 2, size: 9 },
];

test.each(cases)(
  "conv2d, conv2dInput and conv2dWeight by subgroups and by tiles equal the plain ones: %j",
  async ({ window, channels, outputs, taps, size }) => {
    const { groups } = window;
    const [xShape, wShape] = [
      [3, channels * groups, size, size],
      [outputs * groups, channels, taps, taps],
    ];
    const after = Math.floor((size + 2 * window.padding - window.dilation * (taps - 1) - 1) / window.stride) + 1;
    const [x, w, y] = [draw(1, xShape), draw(2, wShape), draw(3, [3, outputs * groups, after, after])];
    const programs: Record<string, [(a: Tensor, b: Tensor) => Tensor, HostArray, HostArray]> = {
      conv2d: [(x, w) => conv2d(x, w, window).add(1), x, w],
      conv2dInput: [(y, w) => conv2dInput(y, w, { ...window, shape: xShape }), y, w],
      conv2dWeight: [(x, y) => conv2dWeight(x, y, { ...window, shape: wShape }), x, y],
    };
    for (const [name, [program, ...inputs]] of Object.entries(programs)) {
      const uses = none();
      await expectSame(program, inputs, uses);
      expect({ name, ...uses }).toEqual({ name, Subgroup: lanes === null ? 0 : 1, Tile: 1 });
    }
  },
);

test("convolutions of all extents and windows, and their adjoints, share their pipelines", async () => {
  const counts: number[] = [];
  for (const [batch, channels, outputs, size, taps, groups, stride, padding, dilation] of [
    [2, 10, 12, 7, 3, 1, 1, 1, 1],
    [3, 9, 17, 13, 2, 2, 2, 0, 3],
    [2, 40, 9, 6, 1, 1, 1, 0, 1],
  ]) {
    const window = { stride, padding, dilation, groups };
    const after = Math.floor((size + 2 * padding - dilation * (taps - 1) - 1) / stride) + 1;
    const shapes = {
      x: [batch, channels * groups, size, size],
      w: [outputs * groups, channels, taps, taps],
      y: [batch, outputs * groups, after, after],
    };
    const program = compile((x: Tensor, w: Tensor, y: Tensor, bias: Tensor) => [
      conv2d(x, w, window)
        .add(bias.reshape([1, -1, 1, 1]))
        .add(y)
        .tanh(),
      conv2dInput(y, w, { ...window, shape: shapes.x }),
      conv2dWeight(x, y, { ...window, shape: shapes.w }),
    ]);
    const tensors = [shapes.x, shapes.w, shapes.y, [outputs * groups]].map((shape) => fromArray(draw(1, shape)));
    await program.prepare(...(tensors as [Tensor, Tensor, Tensor, Tensor]));
    counts.push(device.pipelines.count);
    dispose(tensors);
    program.dispose();
  }
  expect(counts).toEqual([counts[0], counts[0], counts[0]]);
});

test("conv2d with a bias for each channel and a residual is right in every form, in groups too", async () => {
  const uses = none();
  const inputs = [draw(1, [3, 18, 5, 5]), draw(2, [66, 9, 3, 3]), draw(3, [66]), draw(4, [3, 66, 5, 5])];
  const program = (x: Tensor, w: Tensor, bias: Tensor, residual: Tensor) =>
    conv2d(x, w, { padding: 1, groups: 2 })
      .add(bias.reshape([1, 66, 1, 1]))
      .leakyRelu(0.2)
      .add(residual);
  await expectSame(program, inputs, uses);
  expect(uses).toEqual({ Subgroup: lanes === null ? 0 : 1, Tile: 1 });
  await expectAgreement((x, w, bias, residual) => [program(x, w, bias, residual)], inputs);
});
