/** Autoregressive flows: every coordinate is shifted and scaled by a function of those before it. */

import { chunk, where, zeros, type Tensor, type Tree } from "../../engine/index.ts";
import type { Pass } from "../pass.ts";
import type { Flow } from "./flow.ts";
import { maskedMlp, placesOf } from "./maskedMlp.ts";

export interface AutoregressiveOptions {
  /** Features of each hidden layer. */
  hidden: readonly number[];
  /** Slope of the activations where negative; 0 is relu. */
  leak: number;
  /** Whether the last coordinate comes first. */
  reversed?: boolean;
  /** The largest a that the inverse scales by, so that a draw stays finite; the inverse is exact below it. */
  most?: number;
}

/**
 * z = (x − m) · exp(−a), with m and a from a masked perceptron of x (Papamakarios et al. 2017). Forward is one pass through
 * it, the inverse one for each coordinate.
 */
export function autoregressive(
  dimensions: number,
  { hidden, leak, reversed = false, most = Infinity }: AutoregressiveOptions,
): Flow<Record<string, Tree>> {
  const net = maskedMlp(dimensions, { hidden, outputs: 2 * dimensions, leak, reversed });
  const read = (parameters: Record<string, Tree>, x: Tensor, pass?: Pass) =>
    chunk(net.apply(parameters, x, pass), 2, 1);
  return {
    init: (key) => net.init(key),
    forward(parameters, x, pass) {
      const [mean, logScale] = read(parameters, x, pass);
      return { z: x.sub(mean).mul(logScale.neg().exp()), logDeterminant: logScale.sum(1).neg() };
    },
    inverse(parameters, z, pass) {
      const places = placesOf(dimensions, reversed);
      let x: Tensor = zeros(z.shape);
      for (let place = 0; place < dimensions; place++) {
        const [mean, logScale] = read(parameters, x, pass);
        const scale = (Number.isFinite(most) ? logScale.minimum(most) : logScale).exp();
        x = where(places.equal(place), z.mul(scale).add(mean), x);
      }
      return x;
    },
  };
}
