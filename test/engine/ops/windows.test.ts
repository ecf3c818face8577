/** The windows of an image are the pixels that a formula names, and their gradient brings each pixel's back to it. */

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  fromArray,
  grad,
  ones,
  overlapAdd,
  reference,
  sum,
  toArray,
  windows,
  type Tensor,
} from "../../../engine/index.ts";
import { draw, f32, seeds } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement } from "../threeWays.ts";

const pair = (...values: number[]): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.constantFrom(...values), fc.constantFrom(...values));

const cases = fc
  .record({
    image: pair(1, 2, 3, 5, 8),
    kernel: pair(1, 2, 3),
    stride: pair(1, 2, 3),
    padding: pair(0, 1, 3),
    dilation: pair(1, 2),
    fill: fc.constantFrom(0, -7),
    seed: seeds,
  })
  .filter(({ image, kernel, padding, dilation }) =>
    image.every((extent, axis) => extent + 2 * padding[axis] > dilation[axis] * (kernel[axis] - 1)),
  );

test("windows(x) puts every pixel where its formula says, and its gradient brings it back", () =>
  check(
    cases,
    async ({ image, kernel, seed, ...options }) => {
      const x = draw(seed, [2, 1, ...image]);
      const program = (x: Tensor) => {
        const y = windows(x, kernel, options);
        return [y, grad(sum(y.square()), x)];
      };
      const [y, slope] = reference(program as never)(x) as { shape: number[]; data: Float64Array }[];
      const slopes = new Float64Array(x.data.length);
      let at = 0;
      const [rows, columns] = y.shape.slice(2);
      for (let n = 0; n < 2; n++)
        for (let p = 0; p < rows; p++)
          for (let q = 0; q < columns; q++)
            for (let u = 0; u < kernel[0]; u++)
              for (let v = 0; v < kernel[1]; v++, at++) {
                const row = p * options.stride[0] + u * options.dilation[0] - options.padding[0];
                const column = q * options.stride[1] + v * options.dilation[1] - options.padding[1];
                const inside = row >= 0 && row < image[0] && column >= 0 && column < image[1];
                const pixel = (n * image[0] + row) * image[1] + column;
                expect(y.data[at]).toBe(inside ? x.data[pixel] : options.fill);
                if (inside) slopes[pixel] += 2 * x.data[pixel];
              }
      expect(at).toBe(y.data.length);
      slope.data.forEach((value, i) => expect(value).toBeCloseTo(slopes[i], 12));
      await expectAgreement(program, [x]);
    },
    10,
  ));

test("windows(x, 2, { stride: 2 }) and windows that overlap are the same pixels, whichever way they are read", async () => {
  const x = fromArray(f32([1, 1, 3, 4], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  const tiles = await toArray(windows(x, 2, { stride: 2 }));
  expect(tiles.shape).toEqual([1, 1, 1, 2, 2, 2]);
  expect(tiles.data).toEqual(Float32Array.of(1, 2, 5, 6, 3, 4, 7, 8));
  const sliding = await toArray(windows(x, [2, 3], { stride: [2, 1] }));
  expect(sliding.shape).toEqual([1, 1, 1, 2, 2, 3]);
  expect(sliding.data).toEqual(Float32Array.of(1, 2, 3, 5, 6, 7, 2, 3, 4, 6, 7, 8));
});

test("windows(x) of no images or no channels is empty", async () => {
  expect((await toArray(windows(ones([0, 2, 3, 3]), 2))).shape).toEqual([0, 2, 2, 2, 2, 2]);
  await expectAgreement((x) => [windows(x, 2), grad(sum(windows(x, 2)), x)], [draw(1, [2, 0, 3, 3])]);
});

test("windows() says what does not fit", () => {
  const x = ones([1, 1, 3, 3]);
  const cases: [() => Tensor, Error][] = [
    [
      () => windows(ones([3, 3]), 2),
      new RangeError("windows: takes x [n, c, h, w] and kernels ≥ 1, got [3, 3], [2, 2]"),
    ],
    [() => windows(x, 0), new RangeError("windows: takes x [n, c, h, w] and kernels ≥ 1, got [1, 1, 3, 3], [0, 0]")],
    [
      () => windows(x, [3, 4]),
      new RangeError("windows: a window does not fit into the padded image (x [1, 1, 3, 3], kernel [3, 4])"),
    ],
    [
      () => windows(x, 2, { stride: 0 }),
      new RangeError(
        'windows: stride and dilation are integers ≥ 1, padding ≥ 0, got {"stride":[0,0],"padding":[0,0],"dilation":[1,1]}',
      ),
    ],
    [() => windows(ones([1, 1, 3, 3], "u32"), 2), new TypeError("windows: takes f32, got u32")],
  ];
  for (const [call, error] of cases) expect(call).toThrow(error);
});

test("overlapAdd(y, { shape }) sums the taps that meet in a pixel", async () => {
  const y = fromArray(f32([1, 1, 1, 2, 1, 2], 1, 2, 30, 40));
  // Windows (x0, x1) and (x1, x2).
  expect((await toArray(overlapAdd(y, { shape: [1, 1, 1, 3] }))).data).toEqual(new Float32Array([1, 32, 40]));
});

test("overlapAdd is the adjoint of windows: ⟨windows(x), y⟩ = ⟨x, overlapAdd(y)⟩", async () => {
  const window = { stride: [2, 1], padding: [1, 2], dilation: [1, 2] } as const;
  const shape = [2, 3, 5, 4];
  const inputs = [draw(1, shape), draw(2, [2, 3, 3, 4, 2, 3])];
  const added = (x: Tensor, y: Tensor) => sum(x.mul(overlapAdd(y, { shape, ...window })));
  const taken = (x: Tensor, y: Tensor) => sum(windows(x, [2, 3], window).mul(y));
  const [a, b] = [added, taken].map(
    (program) => (reference(program as never)(...inputs) as { data: Float64Array }).data[0],
  );
  expect(a).toBeCloseTo(b, 10);
  await expectAgreement(added, inputs);
});

test("overlapAdd: no image has such windows", () => {
  expect(() => overlapAdd(ones([1, 1, 2, 2, 2, 2]), { shape: [1, 1, 4, 4] })).toThrow(
    "overlapAdd: no image [1, 1, 4, 4] has windows [1, 1, 2, 2, 2, 2]",
  );
});
