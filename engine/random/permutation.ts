/** Permutations that are never stored, each place computed alone; bit for bit shaders/lib/random.wgsl. */

import { purpose, threefry2x32, type Key } from "./threefry.ts";
import { multiplyHigh } from "./uniform.ts";

/**
 * Where position i in [0, n) goes under the permutation of 0 … n − 1 that a key names; n is in [1, 2³²).
 *
 * An alternating Feistel network on a grid of 2ᵏ columns and just enough rows for n cells: a random function of the row
 * shifts the column, then one of the column shifts the row. Each such round is invertible, hence all of them are. Cells
 * from n on are walked through until one below n comes; they are fewer than 2ᵏ, so 2ᵏ steps always suffice, and the
 * usual number is one. The columns are even in number, so that odd permutations occur as well.
 */
export function permute(key: Key, i: number, n: number): number {
  const last = Math.max(n, 1) - 1;
  const columnBits = Math.max(1, (33 - Math.clz32(last)) >>> 1);
  const columns = 2 ** columnBits;
  const rows = (last >>> columnBits) + 1;
  let cell = i;
  for (let walked = 0; walked < columns; walked++) {
    cell = permuteCell(key, cell, columnBits, rows);
    if (cell < n) break;
  }
  return cell;
}

/**
 * With 24 rounds each of the 8! permutations of 8 things has its fair share to within 5 %, fewer things converge sooner
 * (counted exactly, for independent random functions).
 */
const rounds = 24;

function permuteCell(key: Key, cell: number, columnBits: number, rows: number): number {
  const columns = 2 ** columnBits;
  let row = cell >>> columnBits;
  let column = cell % columns;
  for (let tag: number = purpose.permutation; tag < purpose.permutation + rounds; tag += 2) {
    column = (column + (threefry2x32(key, [row, tag])[0] >>> (32 - columnBits))) % columns;
    row += multiplyHigh(threefry2x32(key, [column, tag + 1])[0], rows);
    if (row >= rows) row -= rows;
  }
  return row * columns + column;
}
