/** Einstein summation: products of tensors by the names of their axes. */

import { showShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { diagonal } from "./arrange.ts";
import { mul } from "./elementwise.ts";
import { matmul } from "./matmul.ts";
import { reshape, transpose } from "./movement.ts";
import { sum } from "./reduce.ts";

/** A tensor with a letter for each axis. */
interface Lettered {
  x: Tensor;
  letters: string;
}

const common = (a: string, b: string): string => [...a].filter((letter) => b.includes(letter)).join("");
const without = (a: string, b: string): string => [...a].filter((letter) => !b.includes(letter)).join("");
const extentsOf = ({ x, letters }: Lettered, of: string): number[] =>
  [...of].map((letter) => x.shape[letters.indexOf(letter)]);

/**
 * Einstein summation over one or two f32 tensors, as NumPy's: a letter for each axis, `"bij,bjk->bik"`. Letters that the
 * result lacks are summed over; one that an operand has twice is its diagonal; without `->` the result has the letters that
 * occur once, in the order of the alphabet. Two operands with letters to sum are one matrix product.
 *
 * Throws a RangeError for equations that do not read so or that the operands do not fit.
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  const [terms, result] = parsed(equation, operands);
  const [a, b] = operands.map((x, at) => withoutRepeats({ x, letters: terms[at] }));
  return ordered(b === undefined ? summedTo(a, result) : product(a, b, result), result).x;
}

function parsed(equation: string, operands: readonly Tensor[]): [terms: string[], result: string] {
  const [left, right] = equation.replaceAll(" ", "").split("->");
  if (!/^[a-z]*(,[a-z]*)?(->[a-z]*)?$/i.test(equation.replaceAll(" ", "")))
    throw new RangeError(`einsum: an equation reads like "ij->i" or "ij,jk->ik", got "${equation}"`);
  const terms = left.split(",");
  const all = terms.join("");
  const once = [...all].filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter)).sort();
  const result = right ?? once.join("");
  const fail = (what: string): never => {
    throw new RangeError(
      `einsum: ${what} ("${equation}" of ${operands.map(({ shape }) => showShape(shape)).join(" and ")})`,
    );
  };
  if (terms.length !== operands.length) fail(`the equation has ${terms.length} operands, got ${operands.length}`);
  const extents = new Map<string, number>();
  operands.forEach(({ rank, shape }, at) => {
    if (terms[at].length !== rank) fail(`"${terms[at]}" does not name ${rank} axes`);
    [...terms[at]].forEach((letter, axis) => {
      const known = extents.get(letter) ?? shape[axis];
      if (known !== shape[axis]) fail(`extents of ${letter} differ, ${known} and ${shape[axis]}`);
      extents.set(letter, known);
    });
  });
  for (const letter of result) {
    if (!extents.has(letter)) fail(`no operand has the letter ${letter} of the result`);
    if (result.indexOf(letter) !== result.lastIndexOf(letter)) fail(`the result has the letter ${letter} twice`);
  }
  return [terms, result];
}

/** Diagonals in place of axes with the same letter. */
function withoutRepeats({ x, letters }: Lettered): Lettered {
  const second = [...letters].findIndex((letter, axis) => letters.indexOf(letter) < axis);
  if (second < 0) return { x, letters };
  const first = letters.indexOf(letters[second]);
  const others = [...letters].map((_, axis) => axis).filter((axis) => axis !== first && axis !== second);
  const rest = others.map((axis) => letters[axis]).join("");
  return withoutRepeats({ x: diagonal(transpose(x, [...others, first, second])), letters: rest + letters[first] });
}

/** Sums over the letters that nobody keeps. */
function summedTo({ x, letters }: Lettered, kept: string): Lettered {
  const axes = [...without(letters, kept)].map((letter) => letters.indexOf(letter));
  return { x: sum(x, axes), letters: common(letters, kept) };
}

/** The same letters in another order. */
const ordered = ({ x, letters }: Lettered, order: string): Lettered => ({
  x: transpose(
    x,
    [...order].map((letter) => letters.indexOf(letter)),
  ),
  letters: order,
});

function product(first: Lettered, second: Lettered, result: string): Lettered {
  const a = summedTo(first, second.letters + result);
  const b = summedTo(second, first.letters + result);
  const shared = common(a.letters, b.letters);
  const [batch, inner] = [common(shared, result), without(shared, result)];
  const [rows, columns] = [without(a.letters, shared), without(b.letters, shared)];
  if (inner === "" || rows + columns === "") {
    const letters = batch + rows + columns + inner;
    return summedTo({ x: mul(stretched(a, letters), stretched(b, letters)), letters }, result);
  }
  const left = asMatrix(a, batch, rows, inner);
  const right = asMatrix(b, batch, inner, columns);
  const y = matmul(left.x, right.x, { transposeA: left.turned, transposeB: right.turned });
  const shape = [...extentsOf(a, batch + rows), ...extentsOf(b, columns)];
  return { x: reshape(y, shape), letters: batch + rows + columns };
}

/** With an axis for each of more letters, of extent 1 where there was none. */
function stretched(operand: Lettered, letters: string): Tensor {
  const { x } = ordered(operand, common(letters, operand.letters));
  const shape = [...letters].map((letter) => (operand.letters.includes(letter) ? extentsOf(operand, letter)[0] : 1));
  return reshape(x, shape);
}

/** Matrices `[…batch, rows, columns]`; turned, `[…batch, columns, rows]`, where that is how they lie. */
function asMatrix(operand: Lettered, batch: string, rows: string, columns: string): { x: Tensor; turned: boolean } {
  const turned = operand.letters === batch + columns + rows && rows !== "" && columns !== "";
  const [high, low] = turned ? [columns, rows] : [rows, columns];
  const { x } = ordered(operand, batch + high + low);
  const shape = [...extentsOf(operand, batch), sizeOf(extentsOf(operand, high)), sizeOf(extentsOf(operand, low))];
  return { x: reshape(x, shape), turned };
}
