/** The Gaussian base of GEBM: a scale and a shift of each coordinate. */

import { ones, zeros, type Tensor } from "../../engine/index.ts";
import type { Flow } from "../flows/flow.ts";

/** What is added to the scale of `diagonalGaussian`, which keeps it from zero. */
const LEAST_SCALE = 1e-3;

/** x = (a² + 10⁻³) z + b for each coordinate: `linear_var` a begins at 1, `bias` b at 0. 2 parameters a dimension. */
export function diagonalGaussian(dimensions: number): Flow<{ linear_var: Tensor; bias: Tensor }> {
  const scaleOf = (a: Tensor) => a.square().add(LEAST_SCALE);
  return {
    init: () => ({ linear_var: ones([dimensions]), bias: zeros([dimensions]) }),
    forward({ linear_var, bias }, x) {
      const scale = scaleOf(linear_var);
      return { z: x.sub(bias).div(scale), logDeterminant: scale.log().sum().neg().broadcast([x.shape[0]]) };
    },
    inverse: ({ linear_var, bias }, z) => z.mul(scaleOf(linear_var)).add(bias),
  };
}
