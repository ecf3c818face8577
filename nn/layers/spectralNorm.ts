/** Spectral normalisation: a weight divided by its largest singular value, as power iteration knows it so far. */

import { matmul, normal, type Tensor } from "../../engine/index.ts";
import { keysOf, type Module } from "../module.ts";
import { Pass } from "../pass.ts";
import type { Weighted } from "./weighted.ts";

export type SpectralNormParameters = { weight_orig: Tensor; bias?: Tensor };

export interface SpectralNormOptions {
  /** Power iterations in every training pass. */
  iterations?: number;
  /** The least length that a vector is divided by. */
  epsilon?: number;
}

/**
 * A layer whose weight is W/σ, σ = uᵀ W v, with `weight_orig` W as a matrix of one row per output: PyTorch's
 * `nn.utils.spectral_norm` (Miyato et al. 2018). The unit vectors u and v are state, `weight_u` and `weight_v`: a training
 * pass moves them by v ← Wᵀu/‖Wᵀu‖, u ← Wv/‖Wv‖ before it uses them, an evaluation leaves them. Gradients pass through the W
 * in σ, not through u and v.
 */
export function spectralNorm(
  layer: Weighted,
  { iterations = 1, epsilon = 1e-12 }: SpectralNormOptions = {},
): Module<SpectralNormParameters> {
  const unit = (x: Tensor): Tensor => x.div(x.square().sum().sqrt().maximum(epsilon));
  const matrixOf = (weight: Tensor): Tensor => {
    const others = weight.shape.map((_, axis) => axis).filter((axis) => axis !== layer.outputAxis);
    return weight.transpose([layer.outputAxis, ...others]).reshape([weight.shape[layer.outputAxis], -1]);
  };
  return {
    init(key) {
      const { weight, ...rest } = layer.init(key);
      return { weight_orig: weight, ...rest };
    },
    state(key) {
      const [forU, forV] = keysOf(key, 2);
      const [rows, columns] = matrixOf(layer.init(key).weight).shape;
      return { weight_u: unit(normal(forU, [rows])), weight_v: unit(normal(forV, [columns])) };
    },
    apply({ weight_orig, ...rest }, x, pass = Pass.evaluation()) {
      const matrix = matrixOf(weight_orig);
      let [u, v] = [pass.recall("weight_u"), pass.recall("weight_v")];
      if (pass.training) {
        const still = matrix.stopGradient();
        for (let iteration = 0; iteration < iterations; iteration++) {
          v = unit(matmul(u.reshape([1, -1]), still).reshape([-1]));
          u = unit(matmul(still, v.reshape([-1, 1])).reshape([-1]));
        }
        pass.remember("weight_u", u);
        pass.remember("weight_v", v);
      }
      const sigma = matmul(matrix, v.reshape([-1, 1]))
        .reshape([-1])
        .mul(u)
        .sum();
      return layer.apply({ ...rest, weight: weight_orig.div(sigma) }, x, pass);
    },
  };
}
