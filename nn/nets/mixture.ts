/** A mixture of Gaussians, as VERA learns it. */

import { logSoftmax, logSumExp, matmul, normal, zeros, type Tensor } from "../../engine/index.ts";
import { choose } from "../flows/categorical.ts";
import { density, normalLogDensity, type Density } from "../flows/density.ts";
import { keysOf } from "../module.ts";

export type MixtureParameters = { mu: Tensor; logstd: Tensor; logits: Tensor };

/**
 * p(x) = Σ_k π_k N(x; μ_k, diag exp(2 s_k)): `mu` and `logstd` `[k, d]`, `logits [k]`, of which π is the softmax. The means begin
 * standard normal, all else at zero. k (2d + 1) parameters.
 */
export function mixtureOfGaussians(dimensions: number, components: number): Density<MixtureParameters> {
  return density({
    init: (key) => ({
      mu: normal(key, [components, dimensions]),
      logstd: zeros([components, dimensions]),
      logits: zeros([components]),
    }),
    logDensity({ mu, logstd, logits }, x) {
      const z = x.reshape([x.shape[0], 1, dimensions]).sub(mu).mul(logstd.neg().exp());
      return logSumExp(normalLogDensity(z).sub(logstd).sum(2).add(logSoftmax(logits)), 1);
    },
    sample({ mu, logstd, logits }, key, count) {
      const [forClass, forNoise] = keysOf(key, 2);
      const chosen = choose(forClass, logits.broadcast([count, components]));
      return matmul(chosen, mu).add(normal(forNoise, [count, dimensions]).mul(matmul(chosen, logstd).exp()));
    },
  });
}
