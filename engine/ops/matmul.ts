/** Matrix products, batched, with either operand transposed. Their gradients are matrix products again. */

import { expectFloats } from "../expect.ts";
import type { Target } from "../device/target.ts";
import { chosenForm, type Choice, type Form } from "../form.ts";
import { foldedGrid, gridOf, tilesOf } from "../grid.ts";
import type { Attributes, KernelOp, ReferenceArray } from "../op.ts";
import { broadcastShapes, sameShape, showShape, sizeOf, type Shape } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";
import { broadcast, reshape } from "./movement.ts";
import { sum } from "./reduce.ts";

export interface MatmulOptions {
  /** Read `a` as [k, m]. */
  transposeA?: boolean;
  /** Read `b` as [n, k]. */
  transposeB?: boolean;
}

interface Flags extends Attributes {
  transposeA: boolean;
  transposeB: boolean;
}

/** Extents and strides of one product: y[b, m, n] = Σₖ a[b, m, k] · b[b, k, n]. */
function geometry(a: Shape, b: Shape, { transposeA, transposeB }: Flags) {
  const [aRows, aColumns] = [a.at(-2)!, a.at(-1)!];
  const [bRows, bColumns] = [b.at(-2)!, b.at(-1)!];
  return {
    batch: sizeOf(a.slice(0, -2)),
    m: transposeA ? aColumns : aRows,
    n: transposeB ? bRows : bColumns,
    k: transposeA ? aRows : aColumns,
    aM: transposeA ? 1 : aColumns,
    aK: transposeA ? aColumns : 1,
    bK: transposeB ? 1 : bColumns,
    bN: transposeB ? bColumns : 1,
  };
}

export const matmulOp: KernelOp = {
  kind: "kernel",
  name: "matmul",
  infer([a, b], flags) {
    const { transposeA, transposeB } = flags as Flags;
    const inner = [a.shape.at(transposeA ? -2 : -1), b.shape.at(transposeB ? -1 : -2)];
    const show = `a ${showShape(a.shape)}${transposeA ? "ᵀ" : ""}, b ${showShape(b.shape)}${transposeB ? "ᵀ" : ""}`;
    if (inner[0] !== inner[1])
      throw new RangeError(`matmul: inner extents differ, ${inner[0]} and ${inner[1]} (${show})`);
    expectFloats("matmul", [a, b]);
    const { m, n } = geometry(a.shape, b.shape, flags as Flags);
    return { shape: [...a.shape.slice(0, -2), m, n], dtype: "f32" };
  },
  reference([a, b], flags) {
    return product(a, b, flags as Flags);
  },
  launch(_node, [a, b], flags, target) {
    const extents = geometry(a.shape, b.shape, flags as Flags);
    const { batch, m, n, k, aM, aK, bK, bN } = extents;
    return {
      ...formOf(target, extents),
      sizes: { BATCH: batch, M: m, N: n, K: k, A_M: aM, A_K: aK, B_K: bK, B_N: bN },
      overrides: {},
      inputs: [a, b],
      flops: 2 * batch * m * n * k,
    };
  },
  vjp: [
    // y = op(a) op(b):  da = dy op(b)ᵀ, transposed where a was read transposed
    (dy, [, b], _y, flags) => {
      const { transposeA, transposeB } = flags as Flags;
      return transposeA
        ? matmul(b, dy, { transposeA: transposeB, transposeB: true })
        : matmul(dy, b, { transposeB: !transposeB });
    },
    (dy, [a], _y, flags) => {
      const { transposeA, transposeB } = flags as Flags;
      return transposeB
        ? matmul(dy, a, { transposeA: true, transposeB: transposeA })
        : matmul(a, dy, { transposeA: !transposeA });
    },
  ],
};

/** Multiply-adds below which a product had better share its pipeline with all other small ones than run as fast as it can. */
const SMALL = 2 ** 22;

/** Tiles of the form for small products that may be nearly empty. */
const FEW = 2;

/** Up to this many rows or columns, a thread had better compute two of them than eight of which most are missing. */
const NARROW = 3;

/** Large tiles that keep a large GPU busy: one for each of its processors. */
const MANY = 128;

/** The form of the kernel for a result of this size: tiles, unless most of one would be empty, and one form for all that is small. */
function formOf(target: Target, { batch, m, n, k }: ReturnType<typeof geometry>): Form & { choice: Choice } {
  const { lanes, tiles } = target;
  const inTiles = (rows: number, columns: number) => batch * Math.ceil(m / rows) * Math.ceil(n / columns);
  const plain: Form = { shader: "matmul", groups: gridOf(batch * tilesOf(m, n)) };
  const narrow: Form = { shader: "matmul", entry: "narrow", groups: gridOf(inTiles(2, 2)) };
  const tile = (entry: "main" | "large"): Form => ({
    ...{ shader: "matmulTile", entry },
    groups: foldedGrid(entry === "main" ? inTiles(64, 64) : inTiles(128, 128)),
  });
  const bySubgroups = (lanes: number, entry: "main" | "narrow"): Form => ({
    ...{ shader: "matmulSubgroup", entry, constants: { SG: lanes } },
    groups: foldedGrid(inTiles(16, (entry === "main" ? 8 : 4) * lanes)),
  });
  const wide = (entry: "main" | "half"): Form => ({
    ...{ shader: "matmulWide", entry },
    groups: foldedGrid(inTiles(entry === "main" ? 32 : 16, 64)),
  });
  const suited = (): Form => {
    const large = m > 64 && n > 64 && inTiles(128, 128) >= MANY;
    if (tiles && m >= 32 && n >= 32) return tile(large ? "large" : "main");
    const small = batch * m * n * k < SMALL;
    // With few rows or columns most lanes would be without work.
    const skinny = m <= 8 || n <= (lanes ?? 0);
    if (lanes === 8 && !small && m > 8 && n > 32) return wide(m > 16 ? "main" : "half");
    if (lanes !== null && (!skinny || (small && inTiles(16, 4 * lanes) <= FEW)))
      return bySubgroups(lanes, small || n <= 4 * lanes ? "narrow" : "main");
    return Math.min(m, n) <= NARROW ? narrow : plain;
  };
  const ofSubgroups = lanes === null ? [] : [bySubgroups(lanes, "main"), bySubgroups(lanes, "narrow")];
  const forms = [
    plain,
    narrow,
    ...ofSubgroups,
    ...(lanes === 8 ? [wide("main"), wide("half")] : []),
    ...(tiles ? [tile("main"), tile("large")] : []),
  ];
  return chosenForm(target, "matmul", { products: batch, rows: m, columns: n, terms: k }, forms, suited());
}

function product(a: ReferenceArray, b: ReferenceArray, flags: Flags): Float64Array {
  const { batch, m, n, k, aM, aK, bK, bN } = geometry(a.shape, b.shape, flags);
  const y = new Float64Array(batch * m * n);
  for (let item = 0; item < batch; item++)
    for (let row = 0; row < m; row++)
      for (let column = 0; column < n; column++) {
        let total = 0;
        for (let inner = 0; inner < k; inner++)
          total += a.data[item * m * k + row * aM + inner * aK] * b.data[item * k * n + inner * bK + column * bN];
        y[(item * m + row) * n + column] = total;
      }
  return y;
}

/** The matrix product: `a [.., m, k] · b [.., k, n] → [.., m, n]`; leading axes are a batch and broadcast. */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  if (a.rank < 2 || b.rank < 2)
    throw new RangeError(
      `matmul: operands have at least two axes, got a ${showShape(a.shape)}, b ${showShape(b.shape)}`,
    );
  const flags = { transposeA: options.transposeA ?? false, transposeB: options.transposeB ?? false };
  const [aBatch, bBatch] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  if (sameShape(aBatch, bBatch)) return apply(matmulOp, [a, b], flags);
  if (bBatch.length === 0 && !flags.transposeA) {
    const y = apply(matmulOp, [reshape(a, [sizeOf(a.shape.slice(0, -1)), a.shape.at(-1)!]), b], flags);
    return reshape(y, [...a.shape.slice(0, -1), y.shape[1]]);
  }
  const batch = broadcastShapes("matmul", aBatch, bBatch);
  return apply(
    matmulOp,
    [broadcast(a, [...batch, ...a.shape.slice(-2)]), broadcast(b, [...batch, ...b.shape.slice(-2)])],
    flags,
  );
}

/** A product with an extent of 1 as multiplication and sum, which fuse into their neighbours; null for others. */
export function asElementwise(node: Tensor): Tensor | null {
  const [a, b] = node.inputs as [Tensor, Tensor];
  const { transposeA, transposeB } = node.attributes as Flags;
  if (a.rank !== 2) return null;
  const { m, n, k } = geometry(a.shape, b.shape, node.attributes as Flags);
  const row = (vector: Tensor, length: number) => broadcast(reshape(vector, [1, k]), [length, k]);
  const column = (vector: Tensor, length: number) => broadcast(reshape(vector, [k, 1]), [k, length]);
  if (k === 1) return broadcast(reshape(a, [m, 1]), [m, n]).mul(broadcast(reshape(b, [1, n]), [m, n]));
  if (n === 1) return reshape(transposeA ? sum(a.mul(column(b, m)), 0) : sum(a.mul(row(b, m)), 1), [m, 1]);
  if (m === 1) return reshape(transposeB ? sum(b.mul(row(a, n)), 1) : sum(b.mul(column(a, n)), 0), [1, n]);
  return null;
}
