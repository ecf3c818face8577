/** The fully connected layer. */

import { matmul, type Tensor } from "../../engine/index.ts";
import { defaultUniform } from "../init.ts";
import { keysOf, type Module } from "../module.ts";

export type LinearParameters = { weight: Tensor; bias?: Tensor };

/** y = x Wᵀ + b: `x [n, inputs] → [n, outputs]`, weight `[outputs, inputs]`, as PyTorch's Linear. */
export function linear(inputs: number, outputs: number, options: { bias?: boolean } = {}): Module<LinearParameters> {
  return {
    init(key) {
      const [forWeight, forBias] = keysOf(key, 2);
      const weight = defaultUniform(forWeight, [outputs, inputs], inputs);
      return options.bias === false ? { weight } : { weight, bias: defaultUniform(forBias, [outputs], inputs) };
    },
    apply({ weight, bias }, x) {
      const y = matmul(x, weight, { transposeB: true });
      return bias === undefined ? y : y.add(bias);
    },
  };
}
