/** Positions in a tensor, written once and evaluated twice: as numbers by the reference, as WGSL by the code generator. */

import { sizeOf, stridesOf, type Shape } from "./shape.ts";

/** Integer arithmetic on indices of type `I`, with conditions of type `C`. */
export interface IndexMath<I, C> {
  constant(value: number): I;
  /** a + b */
  sum(a: I, b: I): I;
  /** a + n, where n may be negative only if the result is not. */
  shift(a: I, n: number): I;
  /** n − a, where a ≤ n. */
  mirror(a: I, n: number): I;
  scale(a: I, factor: number): I;
  divide(a: I, divisor: number): I;
  modulo(a: I, divisor: number): I;
  /** min(a, n), so that a guarded read stays inside its buffer. */
  limit(a: I, n: number): I;
  /** low ≤ a < high */
  within(a: I, low: number, high: number): C;
  both(a: C, b: C): C;
}

/** One element's place in a tensor: by its row-major index, by its coordinates, or both, each derived when asked for. */
export class Position<I, C> {
  #linear: I | null;
  readonly #parts: I[];
  /** A coordinate that can be had without taking the index apart, or null. */
  readonly #other: ((axis: number) => I | null) | null;

  private constructor(
    readonly math: IndexMath<I, C>,
    readonly shape: Shape,
    linear: I | null,
    parts: readonly I[],
    other: ((axis: number) => I | null) | null = null,
  ) {
    this.#other = other;
    this.#linear = linear;
    this.#parts = [...parts];
  }

  static linear<I, C>(math: IndexMath<I, C>, shape: Shape, index: I): Position<I, C> {
    return new Position(math, shape, index, []);
  }

  static parts<I, C>(math: IndexMath<I, C>, shape: Shape, parts: readonly I[]): Position<I, C> {
    return new Position(math, shape, null, parts);
  }

  /** By its index, with those coordinates for which it need not be taken apart; null where it must. */
  static both<I, C>(math: IndexMath<I, C>, shape: Shape, index: I, part: (axis: number) => I | null): Position<I, C> {
    return new Position(math, shape, index, [], part);
  }

  /** The row-major index. */
  get linear(): I {
    if (this.#linear === null) {
      const strides = stridesOf(this.shape);
      const terms = this.#parts.flatMap((part, axis) =>
        this.shape[axis] === 1 ? [] : [this.math.scale(part, strides[axis])],
      );
      this.#linear = terms.length === 0 ? this.math.constant(0) : terms.reduce((a, b) => this.math.sum(a, b));
    }
    return this.#linear;
  }

  /** Tells positions of one shape apart. */
  get key(): string {
    return this.#linear === null ? `(${this.#parts.join(", ")})` : String(this.#linear);
  }

  /** One coordinate per axis. */
  get parts(): readonly I[] {
    return this.shape.map((_, axis) => this.part(axis));
  }

  /** The coordinate along an axis; the others are not computed for it. */
  part(axis: number): I {
    return (this.#parts[axis] ??= this.#other?.(axis) ?? this.#taken(axis));
  }

  /** The coordinate along an axis, taken from the index. */
  #taken(axis: number): I {
    const extent = this.shape[axis];
    if (extent === 1) return this.math.constant(0);
    const stride = stridesOf(this.shape)[axis];
    const quotient = this.math.divide(this.#linear!, stride);
    return extent * stride === sizeOf(this.shape) ? quotient : this.math.modulo(quotient, extent);
  }

  /** The same row-major index in a tensor of another shape of the same size. */
  reshaped(shape: Shape): Position<I, C> {
    return Position.linear(this.math, shape, this.linear);
  }

  /** Other coordinates in a tensor of another shape. */
  at(shape: Shape, parts: readonly I[]): Position<I, C> {
    return Position.parts(this.math, shape, parts);
  }
}

/** The arithmetic of plain numbers. */
export const numbers: IndexMath<number, boolean> = {
  constant: (value) => value,
  sum: (a, b) => a + b,
  shift: (a, n) => a + n,
  mirror: (a, n) => n - a,
  scale: (a, factor) => a * factor,
  divide: (a, divisor) => Math.floor(a / divisor),
  modulo: (a, divisor) => a % divisor,
  limit: (a, n) => Math.min(a, n),
  within: (a, low, high) => a >= low && a < high,
  both: (a, b) => a && b,
};
