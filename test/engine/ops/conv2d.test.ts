/** Convolution and its two adjoints against the reference, over strides, paddings and dilations of either axis. */

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  broadcast,
  constant,
  conv2d,
  conv2dInput,
  conv2dWeight,
  fromArray,
  leakyRelu,
  tensor,
  toArray,
  type Tensor,
} from "../../../engine/index.ts";
import { draw, f32, seeds } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement } from "../threeWays.ts";

interface Case {
  batch: number;
  channels: number;
  outputs: number;
  image: [number, number];
  taps: [number, number];
  stride: [number, number];
  padding: [number, number];
  dilation: [number, number];
  seed: number;
}

const pair = (...values: number[]): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.constantFrom(...values), fc.constantFrom(...values));

/** Extents of the result along both axes. */
const results = ({ image, taps, stride, padding, dilation }: Case): number[] =>
  image.map((extent, axis) =>
    Math.floor((extent + 2 * padding[axis] - dilation[axis] * (taps[axis] - 1) - 1) / stride[axis] + 1),
  );

const cases: fc.Arbitrary<Case> = fc
  .record({
    batch: fc.constantFrom(1, 2, 3),
    // One, few, a tile, a tile and one.
    channels: fc.constantFrom(1, 2, 3, 4, 8, 9),
    outputs: fc.constantFrom(1, 2, 5, 8, 9, 17),
    image: pair(1, 2, 3, 5, 6, 7, 9, 12),
    taps: pair(1, 2, 3, 4),
    stride: pair(1, 2, 3),
    padding: pair(0, 1, 2, 3),
    dilation: pair(1, 2, 3),
    seed: seeds,
  })
  .filter((one) => results(one).every((extent) => extent >= 1));

/** conv2d and both adjoints, of operands drawn for a case. */
function expectAdjoints(one: Case): Promise<void> {
  const { batch, channels, outputs, image, taps, seed, stride, padding, dilation } = one;
  const window = { stride, padding, dilation };
  const shapes = {
    x: [batch, channels, ...image],
    w: [outputs, channels, ...taps],
    y: [batch, outputs, ...results(one)],
  };
  return expectAgreement(
    (x, w, y) => [
      conv2d(x, w, window),
      conv2dInput(y, w, { ...window, shape: shapes.x }),
      conv2dWeight(x, y, { ...window, shape: shapes.w }),
    ],
    [draw(seed, shapes.x), draw(seed + 1, shapes.w), draw(seed + 2, shapes.y)],
  );
}

test("conv2d(x, w) and its adjoints agree with the reference", () => check(cases, expectAdjoints, 10));

const plain: Case = {
  batch: 2,
  channels: 3,
  outputs: 4,
  image: [6, 6],
  taps: [3, 3],
  stride: [1, 1],
  padding: [1, 1],
  dilation: [1, 1],
  seed: 0,
};

const special: [string, Partial<Case>][] = [
  ["of more pixels than a workgroup computes", { batch: 3, image: [29, 31], outputs: 9, channels: 9 }],
  ["over so many pixels that the weight's sum is cut", { batch: 4, image: [12, 12], taps: [4, 4], padding: [0, 0] }],
  ["whose window is the whole image", { image: [4, 4], taps: [4, 4], padding: [0, 0], stride: [2, 2] }],
  ["whose stride leaves taps out", { image: [7, 7], taps: [1, 2], stride: [3, 3], padding: [0, 0] }],
  ["whose padding is wider than its window", { image: [2, 3], padding: [5, 4], stride: [2, 2] }],
  [
    "whose stride and dilation have a common divisor",
    { image: [9, 9], stride: [2, 3], dilation: [2, 3], padding: [3, 3] },
  ],
  ["of no images", { batch: 0 }],
  ["without channels", { channels: 0 }],
  ["without outputs", { outputs: 0 }],
];

test.each(special)("conv2d %s, and its adjoints, agree with the reference", (_name, changes) =>
  expectAdjoints({ ...plain, ...changes }),
);

test("bias and activation become the epilogue of a convolution, a mask that of its adjoint", async () => {
  await expectAgreement(
    (x, w, bias, dy) => {
      const y = leakyRelu(conv2d(x, w, { padding: 1 }).add(bias.reshape([1, 5, 1, 1])), 0.2);
      return [y, conv2dInput(dy.mul(y), w, { padding: 1, shape: x.shape }).mul(x.square())];
    },
    [draw(1, [2, 3, 5, 5]), draw(2, [5, 3, 3, 3]), draw(3, [5]), draw(4, [2, 5, 5, 5])],
  );
});

test("conv2d(x, w, { stride: 2 }) drops the last column when it does not fit", async () => {
  const x = fromArray(f32([1, 1, 2, 5], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  const w = fromArray(f32([1, 1, 1, 2], 1, 10));
  const y = await toArray(conv2d(x, w, { stride: 2 }));
  expect(y.shape).toEqual([1, 1, 1, 2]);
  expect(y.data).toEqual(Float32Array.of(21, 43));
});

test("conv2d(x, w) correlates: the window is not turned around", async () => {
  const x = fromArray(f32([1, 1, 1, 3], 1, 0, 0));
  const w = fromArray(f32([1, 1, 1, 3], 1, 2, 3));
  expect((await toArray(conv2d(x, w, { padding: [0, 1] }))).data).toEqual(Float32Array.of(2, 1, 0));
});

test("conv2dInput(y, w, { stride: 2 }) spreads each number over its window", async () => {
  const y = fromArray(f32([1, 1, 2, 2], 1, 2, 3, 4));
  const w = fromArray(f32([1, 1, 2, 2], 1, 10, 100, 1000));
  const x = await toArray(conv2dInput(y, w, { stride: 2, shape: [1, 1, 5, 4] }));
  expect(x.data).toEqual(
    Float32Array.of(1, 10, 2, 20, 100, 1000, 200, 2000, 3, 30, 4, 40, 300, 3000, 400, 4000, 0, 0, 0, 0),
  );
});

test("conv2d() names both operands where they do not fit", () => {
  const ones = (...shape: number[]): Tensor => broadcast(constant(1), shape);
  const [x, w, y] = [ones(2, 3, 5, 5), ones(4, 3, 3, 3), ones(2, 4, 3, 3)];
  const cases: [() => Tensor, Error][] = [
    [
      () => conv2d(x, ones(4, 2, 3, 3)),
      new RangeError("conv2d: channels differ, 3 and 2 (x [2, 3, 5, 5], w [4, 2, 3, 3])"),
    ],
    [
      () => conv2d(x, tensor([1])),
      new RangeError("conv2d: takes x [n, c, h, w] and w [o, c, kh, kw], got x [2, 3, 5, 5], w [1]"),
    ],
    [
      () => conv2d(x, ones(4, 3, 6, 3)),
      new RangeError("conv2d: the window does not fit into the padded image (x [2, 3, 5, 5], w [4, 3, 6, 3])"),
    ],
    [
      () => conv2d(x, ones(4, 3, 0, 3)),
      new RangeError("conv2d: the window does not fit into the padded image (x [2, 3, 5, 5], w [4, 3, 0, 3])"),
    ],
    [
      () => conv2d(x, w, { stride: 0 }),
      new RangeError(
        'conv2d: stride and dilation are integers ≥ 1, padding ≥ 0, got {"stride":[0,0],"padding":[0,0],"dilation":[1,1]}',
      ),
    ],
    [() => conv2d(x, broadcast(constant(1, "u32"), [4, 3, 3, 3])), new TypeError("conv2d: takes f32, got f32 and u32")],
    [
      () => conv2dInput(broadcast(constant(1, "u32"), y.shape), w, { shape: x.shape }),
      new TypeError("conv2dInput: takes f32, got u32 and f32"),
    ],
    [
      () => conv2dInput(y, w, { shape: [2, 3, 6, 5] }),
      new RangeError("conv2dInput: no image [2, 3, 6, 5] gives y [2, 4, 3, 3] under w [4, 3, 3, 3]"),
    ],
    [
      () => conv2dInput(y, w, { shape: [1, 3, 5, 5] }),
      new RangeError("conv2dInput: no image [1, 3, 5, 5] gives y [2, 4, 3, 3] under w [4, 3, 3, 3]"),
    ],
    [
      () => conv2dWeight(x, y, { shape: [4, 3, 2, 3] }),
      new RangeError("conv2dWeight: no weight [4, 3, 2, 3] takes x [2, 3, 5, 5] to y [2, 4, 3, 3]"),
    ],
    [
      () => conv2dWeight(x, y.sum(0), { shape: [4, 3, 3, 3] }),
      new RangeError("conv2dWeight: no weight [4, 3, 3, 3] takes x [2, 3, 5, 5] to y [4, 3, 3]"),
    ],
  ];
  for (const [call, error] of cases) expect(call).toThrow(error);
});
