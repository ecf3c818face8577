/** Masked perceptrons: each output depends only on inputs that come before it in an order (Germain et al. 2015, MADE). */

import { iota, tile, type Tensor, type Tree } from "../../engine/index.ts";
import { leakyRelu } from "../layers/activations.ts";
import { maskedLinear } from "../layers/linear.ts";
import { sequential, type Module } from "../module.ts";

export interface MaskedMlpOptions {
  /** Features of each hidden layer. */
  hidden: readonly number[];
  /** Outputs, in turn for input 0, 1, …, d − 1, 0, …: output o depends on the inputs that come before input o mod d. */
  outputs: number;
  /** Slope of the activations where negative. */
  leak: number;
  /** Whether the last input comes first. */
  reversed?: boolean;
}

/** The place of each input in the order: u32 `[d]`. */
export function placesOf(dimensions: number, reversed: boolean): Tensor {
  const places = iota([dimensions]);
  return reversed ? places.flip() : places;
}

/**
 * `[n, dimensions] → [n, outputs]`. Hidden features have the degrees 0, 1, …, d − 2, 0, … and read from what has no higher
 * one. Throws a RangeError for fewer than two dimensions, which leave nothing to depend on.
 */
export function maskedMlp(
  dimensions: number,
  { hidden, outputs, leak, reversed = false }: MaskedMlpOptions,
): Module<Record<string, Tree>> {
  if (dimensions < 2) throw new RangeError(`maskedMlp: at least 2 dimensions, got ${dimensions}`);
  const cyclic = (degrees: Tensor, count: number) => tile(degrees, Math.ceil(count / degrees.size)).slice([[0, count]]);
  const column = (degrees: Tensor) => degrees.reshape([degrees.size, 1]);
  const places = placesOf(dimensions, reversed);
  const degrees = [places, ...hidden.map((width) => cyclic(iota([dimensions - 1]), width))];
  const inner = hidden.flatMap((width, index) => {
    const mask = column(degrees[index + 1])
      .greaterEqual(degrees[index])
      .toFloat();
    return [maskedLinear(degrees[index].size, width, mask), leakyRelu(leak)];
  });
  const last = degrees[hidden.length];
  const mask = column(cyclic(places, outputs)).greater(last).toFloat();
  return sequential(...inner, maskedLinear(last.size, outputs, mask));
}
