/** Matrix products against the reference: every edge of a tile, operands read transposed, batches, epilogues. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { broadcast, constant, leakyRelu, matmul, tensor, toArray, type Tensor } from "../../../engine/index.ts";
import { draw, seeds } from "../draw.ts";
import { check } from "../property.ts";
import { expectAgreement } from "../threeWays.ts";

/** One, a tile, a few more, primes, more than a workgroup has threads. */
const extents = fc.constantFrom(1, 2, 3, 7, 8, 9, 16, 17, 31, 67);

const flags = fc.record({ transposeA: fc.boolean(), transposeB: fc.boolean() });

const turned = (shape: readonly number[], turn: boolean): number[] =>
  turn ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : [...shape];

test("matmul(a, b) agrees with the reference, with either operand transposed", () =>
  check(
    fc.tuple(extents, extents, extents, flags, seeds),
    ([m, n, k, options, seed]) =>
      expectAgreement(
        (a, b) => matmul(a, b, options),
        [draw(seed, turned([m, k], options.transposeA)), draw(seed + 1, turned([k, n], options.transposeB))],
      ),
    12,
  ));

test("matmul(a, b) broadcasts leading axes", () =>
  check(
    fc.tuple(
      fc.constantFrom(
        [[], [3]],
        [[2, 3], []],
        [[2, 1], [3]],
        [
          [2, 3],
          [2, 3],
        ],
        [[1], [4, 1]],
        [[0], []],
        [[5], [1]],
      ),
      fc.tuple(extents, extents, extents).filter((sizes) => Math.max(...sizes) < 20),
      flags,
      seeds,
    ),
    ([[batchA, batchB], [m, n, k], options, seed]) =>
      expectAgreement(
        (a, b) => matmul(a, b, options),
        [
          draw(seed, turned([...batchA, m, k], options.transposeA)),
          draw(seed + 1, turned([...batchB, k, n], options.transposeB)),
        ],
      ),
    6,
  ));

test("matmul(a, b) of views reads them where they are", () =>
  check(
    fc.tuple(extents, extents, extents, seeds),
    ([m, n, k, seed]) =>
      expectAgreement(
        (a, b) => matmul(a.transpose().slice([null, [0, k]]), b.slice([null, [0, 2 * n, 2]])),
        [draw(seed, [k + 1, m]), draw(seed + 1, [k, 2 * n])],
      ),
    3,
  ));

test("bias, activation and residual become the epilogue of a product", () =>
  check(
    fc.tuple(extents, extents, seeds),
    ([m, n, seed]) =>
      expectAgreement(
        (a, b, bias) => {
          const y = matmul(a, b).add(bias);
          return [
            leakyRelu(y, 0.2).add(a),
            matmul(a.mul(2), b)
              .reshape([m * n])
              .tanh()
              .reshape([n, m]),
          ];
        },
        [draw(seed, [m, n]), draw(seed + 1, [n, n]), draw(seed + 2, [n])],
      ),
    3,
  ));

test("a product whose operand its epilogue reads as well does not overwrite it", async () => {
  await expectAgreement(
    (x, w) => {
      const h = x.exp().tanh();
      return h.reshape([4, 4]).matmul(w).reshape([16]).add(h);
    },
    [draw(1, [16]), draw(2, [4, 4])],
  );
});

test("matmul(a, b) over an extent of 0 is 0, and of one is empty", async () => {
  await expectAgreement((a, b) => matmul(a, b), [draw(1, [3, 0]), draw(2, [0, 5])]);
  await expectAgreement((a, b) => matmul(a, b), [draw(1, [2, 3, 0]), draw(2, [0, 5])]);
  await expectAgreement(
    (a, b) => [matmul(a, b), matmul(b, a, { transposeA: true, transposeB: true })],
    [draw(1, [0, 3]), draw(2, [3, 5])],
  );
});

test("matmul(a, b) of 70 000 matrices, more than the grid has places along an axis", async () => {
  const batch = 70_000;
  const [a, b] = [broadcast(constant(2), [batch, 2, 2]), broadcast(tensor([[1], [3]]), [batch, 2, 1])];
  const { data } = await toArray(matmul(a, b));
  expect(data.findIndex((value) => value !== 8)).toBe(-1);
});

test("matmul() names both operands where they do not fit", () => {
  const [a, b] = [broadcast(constant(1), [5, 3]), broadcast(constant(1), [4, 3])];
  const cases: [() => Tensor, Error][] = [
    [() => matmul(a, b), new RangeError("matmul: inner extents differ, 3 and 4 (a [5, 3], b [4, 3])")],
    [
      () => matmul(a, b, { transposeA: true, transposeB: true }),
      new RangeError("matmul: inner extents differ, 5 and 3 (a [5, 3]ᵀ, b [4, 3]ᵀ)"),
    ],
    [() => matmul(a, tensor([1])), new RangeError("matmul: operands have at least two axes, got a [5, 3], b [1]")],
    [() => matmul(a, broadcast(constant(1, "u32"), [3, 2])), new TypeError("matmul: takes f32, got f32 and u32")],
    [
      () => matmul(a.reshape([1, 5, 3]).broadcast([2, 5, 3]), b.reshape([1, 3, 4]).broadcast([3, 3, 4])),
      new RangeError("matmul: shapes do not broadcast, [2] and [3]"),
    ],
  ];
  for (const [call, error] of cases) expect(call).toThrow(error);
});
