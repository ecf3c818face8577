/** Einstein summation against loops over all letters, and what is said of equations that mean nothing. */

import { expect, test } from "vitest";
import { compile, einsum, fromArray, ones, reference, tensor, toArray, type Tensor } from "../../../engine/index.ts";
import type { Shape } from "../../../engine/shape.ts";
import { draw, f32 } from "../draw.ts";
import { expectAgreement } from "../threeWays.ts";

const EXTENTS: Record<string, number> = { a: 1, b: 2, i: 3, j: 4, k: 5, l: 2, z: 0 };

const shapeOf = (term: string): number[] => [...term].map((letter) => EXTENTS[letter]);

/** The sum as it is defined: over every choice of all letters. */
function looped(terms: readonly string[], result: string, operands: readonly { data: ArrayLike<number> }[]): number[] {
  const letters = [...new Set(terms.join(""))];
  const y = new Array<number>(shapeOf(result).reduce((size, extent) => size * extent, 1)).fill(0);
  const place = (term: string, at: Record<string, number>) =>
    [...term].reduce((index, letter) => index * EXTENTS[letter] + at[letter], 0);
  const visit = (depth: number, at: Record<string, number>): void => {
    if (depth === letters.length)
      y[place(result, at)] += terms.reduce((value, term, o) => value * operands[o].data[place(term, at)], 1);
    else
      for (let value = 0; value < EXTENTS[letters[depth]]; value++)
        visit(depth + 1, { ...at, [letters[depth]]: value });
  };
  visit(0, {});
  return y;
}

const equations: [what: string, equation: string, explicit?: string][] = [
  ["a matrix product", "ij,jk->ik"],
  ["a matrix product, transposed on all sides", "ji,kj->ki"],
  ["a batch of products", "bij,bjk->bik"],
  ["a batch whose axis is not the first", "ibj,jkb->kbi"],
  ["several letters summed, several left", "ijlb,kjl->bki"],
  ["a letter that only one operand has and the result lacks", "ijl,jk->k"],
  ["an outer product", "i,jk->jik"],
  ["an inner product", "ij,ij->"],
  ["an inner product for each row", "bi,bi->b"],
  ["a product of elements", "ij,ji->ij"],
  ["a trace", "ii->"],
  ["a diagonal that is multiplied", "iij,jk->ki"],
  ["a letter three times", "iii->i"],
  ["a sum over one axis", "ijk->ki"],
  ["a transposition", "ijk->jki"],
  ["numbers", ",->"],
  ["the implicit form of a matrix product", "kj,ij", "kj,ij->ik"],
  ["the implicit form of a trace", "ii", "ii->"],
  ["a sum over nothing", "iz,zj->ij"],
  ["an extent of one", "ia,ak->ik"],
];

test.each(equations)("einsum of %s, %s", async (_name, equation, explicit = equation) => {
  const [left, result] = explicit.split("->");
  const terms = left.split(",");
  const operands = terms.map((term, at) => draw(at + 1, shapeOf(term)));
  const program = (...x: Tensor[]) => einsum(equation, ...x);
  const y = reference(program as never)(...(operands as never[])) as { shape: Shape; data: Float64Array };
  expect(y.shape).toEqual(shapeOf(result));
  looped(terms, result, operands).forEach((value, i) => expect(y.data[i]).toBeCloseTo(value, 12));
  await expectAgreement(program, operands);
});

test('einsum("ij , jk -> ik") allows blanks, and is one matrix product of operands as they lie', async () => {
  const [a, b] = [fromArray(f32([2, 2], 1, 2, 3, 4)), fromArray(f32([2, 2], 1, 10, 100, 1000))];
  expect((await toArray(einsum("ij , jk -> ik", a, b))).data).toEqual(Float32Array.of(201, 2010, 403, 4030));
  const program = compile((a: Tensor, b: Tensor) => einsum("bji,bkj->bik", a, b));
  const { schedule } = await program.prepare(ones([2, 3, 4]), ones([2, 5, 3]));
  expect(schedule.commands.length).toBe(1);
  program.dispose();
});

test("einsum() says what is wrong with an equation", () => {
  const [a, b] = [ones([2, 3]), ones([4, 5])];
  const cases: [() => Tensor, Error][] = [
    [
      () => einsum("...ij->ij", a),
      new RangeError('einsum: an equation reads like "ij->i" or "ij,jk->ik", got "...ij->ij"'),
    ],
    [
      () => einsum("ij,jk,kl->il", a, b, a),
      new RangeError('einsum: an equation reads like "ij->i" or "ij,jk->ik", got "ij,jk,kl->il"'),
    ],
    [
      () => einsum("ij,jk->ik", a),
      new RangeError('einsum: the equation has 2 operands, got 1 ("ij,jk->ik" of [2, 3])'),
    ],
    [
      () => einsum("ij,jk->ik", a, b),
      new RangeError('einsum: extents of j differ, 3 and 4 ("ij,jk->ik" of [2, 3] and [4, 5])'),
    ],
    [() => einsum("ijk->i", a), new RangeError('einsum: "ijk" does not name 2 axes ("ijk->i" of [2, 3])')],
    [
      () => einsum("ij->iz", a),
      new RangeError('einsum: no operand has the letter z of the result ("ij->iz" of [2, 3])'),
    ],
    [() => einsum("ij->ii", a), new RangeError('einsum: the result has the letter i twice ("ij->ii" of [2, 3])')],
    [
      () => einsum("i,i->i", tensor([1]), tensor([1], "u32")),
      new TypeError("mul: takes f32 or u32, all of one type, got f32 [1] from tensor and u32 [1] from tensor"),
    ],
  ];
  for (const [call, error] of cases) expect(call).toThrow(error);
});
