/** Convolution and its two adjoints against the reference, over strides, paddings and dilations of either axis. */

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  broadcast,
  compile,
  concat,
  constant,
  conv2d,
  conv2dInput,
  conv2dWeight,
  convTranspose2d,
  dispose,
  fromArray,
  grad,
  leakyRelu,
  matmul,
  pad,
  reference,
  tensor,
  toArray,
  type Tensor,
} from "../../../engine/index.ts";
import { draw, f32, seeds } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement } from "../threeWays.ts";

interface Case {
  batch: number;
  groups: number;
  /** Channels and outputs of a group. */
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
    groups: fc.constantFrom(1, 2, 1, 3),
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
  const { batch, groups, channels, outputs, image, taps, seed, stride, padding, dilation } = one;
  const window = { stride, padding, dilation, groups };
  const shapes = {
    x: [batch, groups * channels, ...image],
    w: [groups * outputs, channels, ...taps],
    y: [batch, groups * outputs, ...results(one)],
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
  groups: 1,
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
  ["in groups of more channels than a tile", { groups: 2, channels: 9, outputs: 10, image: [5, 4], stride: [2, 1] }],
  ["depthwise", { groups: 17, channels: 1, outputs: 1, dilation: [1, 2], padding: [1, 2] }],
  ["depthwise with two outputs to a channel", { groups: 5, channels: 1, outputs: 2, stride: [2, 2] }],
  ["of few channels, whose adjoint is a product at places of y", { outputs: 9, stride: [2, 1], padding: [1, 2] }],
  ["of few channels in groups, under windows wider than their steps", { groups: 2, outputs: 9, dilation: [2, 1] }],
  ["in groups over so many pixels that the weight's sum is cut", { groups: 3, batch: 4, image: [12, 12] }],
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

test("conv2d(x, w, { groups: 2 }) gives each half of the outputs its half of the channels", async () => {
  const x = fromArray(f32([1, 4, 1, 2], 1, 2, 3, 4, 5, 6, 7, 8));
  const w = fromArray(f32([6, 2, 1, 1], 1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60));
  const y = await toArray(conv2d(x, w, { groups: 2 }));
  expect(y.shape).toEqual([1, 6, 1, 2]);
  expect(y.data).toEqual(Float32Array.of(31, 42, 62, 84, 93, 126, 300, 344, 375, 430, 450, 516));
});

test("conv2d(pad(x), w) pads each side as wide as it is told", async () => {
  const x = fromArray(f32([1, 1, 1, 3], 1, 2, 3));
  const w = fromArray(f32([1, 1, 1, 2], 1, 10));
  const none = [0, 0] as const;
  const causal = await toArray(conv2d(pad(x, [none, none, none, [1, 0]]), w));
  expect(causal.data).toEqual(Float32Array.of(10, 21, 32));
});

const sameProducts: [string, (x: Tensor, w: Tensor) => Tensor, (x: Tensor, w: Tensor) => Tensor, number[], number[]][] =
  [
    [
      "of 1 × 1 taps is a matrix product at every pixel",
      (x, w) => conv2d(x, w),
      (x, w) => matmul(w.reshape([4, 3]), x.reshape([2, 3, 30])).reshape([2, 4, 5, 6]),
      [2, 3, 5, 6],
      [4, 3, 1, 1],
    ],
    [
      "of taps as many as pixels is a matrix product",
      (x, w) => conv2d(x, w),
      (x, w) => matmul(x.reshape([5, 36]), w.reshape([9, 36]), { transposeB: true }).reshape([5, 9, 1, 1]),
      [5, 3, 3, 4],
      [9, 3, 3, 4],
    ],
    [
      "in groups is what each group gives, side by side",
      (x, w) => conv2d(x, w, { groups: 2, padding: 1 }),
      (x, w) => {
        const half = (t: Tensor, axis: number, start: number) =>
          t.slice(t.shape.map((extent, a) => (a === axis ? [(start * extent) / 2, ((start + 1) * extent) / 2] : null)));
        return concat(
          [0, 1].map((i) => conv2d(half(x, 1, i), half(w, 0, i), { padding: 1 })),
          1,
        );
      },
      [2, 6, 4, 5],
      [4, 3, 3, 3],
    ],
  ];

test.each(sameProducts)("conv2d %s", (_name, convolution, product, ...shapes) => {
  const withSlopes = (op: (x: Tensor, w: Tensor) => Tensor) => (x: Tensor, w: Tensor) => {
    const y = op(x, w);
    return [y, ...grad(y.square().sum(), [x, w])];
  };
  const inputs = [draw(1, shapes[0]), draw(2, shapes[1])];
  const wanted = reference(withSlopes(product) as never)(...inputs) as { data: Float64Array }[];
  const found = reference(withSlopes(convolution) as never)(...inputs) as { data: Float64Array }[];
  found.forEach(({ data }, at) => data.forEach((value, i) => expect(value).toBeCloseTo(wanted[at].data[i], 10)));
  return expectAgreement(withSlopes(convolution), inputs);
});

test.each([1, 9])(
  "conv2d of taps as many as pixels with %i outputs runs as a product, and so do its adjoints",
  async (outputs) => {
    const program = compile((x: Tensor, w: Tensor) => {
      const y = conv2d(x, w);
      return [y, ...grad(y.square().sum(), [x, w])];
    });
    const tensors = [fromArray(draw(1, [5, 3, 3, 4])), fromArray(draw(2, [outputs, 3, 3, 4]))] as const;
    const shaders = (await program.prepare(...tensors)).explain().match(/\w+(?=\.wgsl)/g)!;
    expect(shaders.filter((shader) => shader.startsWith("conv2d"))).toEqual([]);
    expect(shaders.some((shader) => shader.startsWith("matmul"))).toBe(outputs > 1);
    dispose(...tensors);
    program.dispose();
  },
);

test("convTranspose2d(x, w, { groups: 2, stride: 2, outputPadding: [1, 0] }) is PyTorch's", async () => {
  const x = fromArray(f32([1, 4, 1, 2], 1, 2, 3, 4, 5, 6, 7, 8));
  const w = fromArray(f32([4, 1, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16));
  const y = await toArray(convTranspose2d(x, w, { groups: 2, stride: 2, outputPadding: [1, 0] }));
  expect(y.shape).toEqual([1, 2, 3, 4]);
  const [first, second] = [
    [16, 20, 22, 28, 24, 28, 34, 40],
    [136, 148, 158, 172, 160, 172, 186, 200],
  ];
  expect(y.data).toEqual(Float32Array.of(...first, 0, 0, 0, 0, ...second, 0, 0, 0, 0));
});

test("convTranspose2d(x, w) with an outputPadding of its stride and a dilation above is PyTorch's", async () => {
  const x = fromArray(f32([1, 1, 2, 2], 1, 2, 3, 4));
  const w = fromArray(f32([1, 1, 2, 2], 1, 10, 100, 1000));
  const y = await toArray(convTranspose2d(x, w, { padding: 1, outputPadding: 1, dilation: 2 }));
  expect(y.shape).toEqual([1, 1, 3, 3]);
  expect(y.data).toEqual(Float32Array.of(4, 30, 40, 200, 1000, 2000, 400, 3000, 4000));
});

test("convTranspose2d(y, w) is the adjoint of conv2d(x, w): y · conv2d(x) = x · convTranspose2d(y)", () =>
  check(
    cases,
    (one) => {
      const { batch, groups, channels, outputs, image, taps, stride, padding, dilation, seed } = one;
      const window = { stride, padding, dilation, groups };
      const left = image.map(
        (extent, axis) => (extent + 2 * padding[axis] - dilation[axis] * (taps[axis] - 1) - 1) % stride[axis],
      );
      const [x, w, y] = [
        draw(seed, [batch, groups * channels, ...image]),
        draw(seed + 1, [groups * outputs, channels, ...taps]),
        draw(seed + 2, [batch, groups * outputs, ...results(one)]),
      ];
      const program = (x: Tensor, w: Tensor, y: Tensor) => [
        y.mul(conv2d(x, w, window)).sum(),
        x.mul(convTranspose2d(y, w, { ...window, outputPadding: [left[0], left[1]] })).sum(),
      ];
      const [a, b] = reference(program as never)(x, w, y) as { data: Float64Array }[];
      expect(a.data[0]).toBeCloseTo(b.data[0], 9);
    },
    20,
  ));

test("convTranspose2d() says what is wrong with its operands", () => {
  const ones = (...shape: number[]): Tensor => broadcast(constant(1), shape);
  const [x, w] = [ones(2, 4, 3, 3), ones(4, 2, 3, 3)];
  const cases: [() => Tensor, Error][] = [
    [
      () => convTranspose2d(x, tensor([1])),
      new RangeError("convTranspose2d: takes x [n, i, h, w] and w [i, o / groups, kh, kw], got x [2, 4, 3, 3], w [1]"),
    ],
    [
      () => convTranspose2d(x, ones(3, 2, 3, 3)),
      new RangeError("convTranspose2d: channels differ, 4 and 3 (x [2, 4, 3, 3], w [3, 2, 3, 3])"),
    ],
    [
      () => convTranspose2d(x, w, { groups: 3 }),
      new RangeError(
        "convTranspose2d: 4 channels do not divide into groups (x [2, 4, 3, 3], w [4, 2, 3, 3] in 3 groups)",
      ),
    ],
    [
      () => convTranspose2d(x, w, { stride: 2, outputPadding: [1, 2] }),
      new RangeError(
        'convTranspose2d: outputPadding is ≥ 0 and below stride or dilation, got {"outputPadding":[1,2],"stride":[2,2],"dilation":[1,1]}',
      ),
    ],
    [
      () => convTranspose2d(x, w, { padding: 3 }),
      new RangeError("convTranspose2d: no image is left within the padding (x [2, 4, 3, 3], w [4, 2, 3, 3])"),
    ],
  ];
  for (const [call, error] of cases) expect(call).toThrow(error);
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
      new RangeError("conv2d: takes x [n, c, h, w] and w [o, c / groups, kh, kw], got x [2, 3, 5, 5], w [1]"),
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
    [() => conv2d(x, w, { groups: 0 }), new RangeError("conv2d: groups is an integer ≥ 1, got 0")],
    [
      () => conv2d(x, w, { groups: 3 }),
      new RangeError(
        "conv2d: 3 channels and 4 outputs are not 3 groups with 3 channels each (x [2, 3, 5, 5], w [4, 3, 3, 3])",
      ),
    ],
    [
      () => conv2dInput(y, w, { shape: x.shape, groups: 3 }),
      new RangeError("conv2dInput: no image [2, 3, 5, 5] gives y [2, 4, 3, 3] under w [4, 3, 3, 3] in 3 groups"),
    ],
    [
      () => conv2dWeight(x, y, { shape: [4, 1, 3, 3], groups: 3 }),
      new RangeError("conv2dWeight: no weight [4, 1, 3, 3] takes x [2, 3, 5, 5] to y [2, 4, 3, 3] in 3 groups"),
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
