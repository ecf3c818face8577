/** An autoregressive density whose conditionals are mixtures of Gaussians. */

import { chunk, logSoftmax, logSumExp, normal, where, zeros, type Tensor, type Tree } from "../../engine/index.ts";
import { keysOf } from "../module.ts";
import type { Pass } from "../pass.ts";
import { choose } from "./categorical.ts";
import { density, normalLogDensity, type Density } from "./density.ts";
import { maskedMlp, placesOf } from "./maskedMlp.ts";

export interface MixtureMadeOptions {
  /** Gaussians for each coordinate. */
  components: number;
  /** Features of each hidden layer. */
  hidden: readonly number[];
  /** Whether the last coordinate comes first. */
  reversed?: boolean;
}

/**
 * p(x) = Π_i Σ_c w_c N(x_i; m_c, exp(a_c)²), with w, m and a from a masked perceptron of the coordinates before i, relu between
 * its layers (Papamakarios et al. 2017, MADE MoG).
 */
export function mixtureMade(
  dimensions: number,
  { components, hidden, reversed = false }: MixtureMadeOptions,
): Density<Record<string, Tree>> {
  const net = maskedMlp(dimensions, { hidden, outputs: components * 3 * dimensions, leak: 0, reversed });
  /** Means, logarithms of deviations and of weights, each `[n, components, d]`. */
  const read = (parameters: Record<string, Tree>, x: Tensor, pass?: Pass) => {
    const all = net.apply(parameters, x, pass).reshape([x.shape[0], components, 3 * dimensions]);
    const [mean, logScale, logits] = chunk(all, 3, 2);
    return { mean, logScale, logits };
  };
  return density({
    init: (key) => net.init(key),
    logDensity(parameters, x, pass) {
      const { mean, logScale, logits } = read(parameters, x, pass);
      const z = x.reshape([x.shape[0], 1, dimensions]).sub(mean).mul(logScale.neg().exp());
      return logSumExp(logSoftmax(logits, 1).add(normalLogDensity(z)).sub(logScale), 1).sum(1);
    },
    sample(parameters, key, count, pass) {
      const [forClass, forNoise] = keysOf(key, 2);
      const noise = normal(forNoise, [count, 1, dimensions]);
      const places = placesOf(dimensions, reversed);
      let x: Tensor = zeros([count, dimensions]);
      for (let place = 0; place < dimensions; place++) {
        const { mean, logScale, logits } = read(parameters, x, pass);
        const chosen = choose(forClass, logits.transpose([0, 2, 1])).transpose([0, 2, 1]);
        const drawn = chosen.mul(noise.mul(logScale.exp()).add(mean)).sum(1);
        x = where(places.equal(place), drawn, x);
      }
      return x;
    },
  });
}
